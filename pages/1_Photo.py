"""Photos in, a verdict for every face out."""

from ui import results
from ui.photo_input import photo_input
from ui.photo_results import photo_results
from ui.photo_settings import own_threshold_note, photo_settings, take_link
from ui.resources import get_inspector
from ui.theme import empty_state, start_page

LEAD = "Drop photos and read, for every face, how likely it is that a generator made it."

start_page("Photo", "" if results.judged() else LEAD)
take_link()
photo_input()
judged, settings = results.judged(), photo_settings()
inspector = get_inspector(settings.detector, settings.network, settings.threshold)
if not judged:
    empty_state("No photo judged yet", "Drop a photo above, or try one under Examples.")
elif inspector is not None:
    own_threshold_note(settings)
    photo_results(judged, inspector)
