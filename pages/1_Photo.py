"""Photos in, a verdict for every face out."""

from ui.photo import session
from ui.photo.input import camera_in_use, photo_input
from ui.photo.results import photo_results
from ui.photo.settings import own_threshold_note, photo_settings, take_link
from ui.shared.resources import get_inspector
from ui.shared.theme import empty_state, start_page

LEAD = "Drop photos and read, for every face, how likely it is that a generator made it."

start_page("Photo", "" if session.judged() else LEAD)
take_link()
photo_input()
judged, settings = session.judged(), photo_settings()
inspector = get_inspector(settings.detector, settings.network, settings.threshold)
if not judged and not camera_in_use():
    empty_state("No photo judged yet", "Drop a photo above, or try one under Examples.")
elif inspector is not None and (shown := session.up_to_date(settings)):
    own_threshold_note(settings)
    photo_results(shown, inspector)
