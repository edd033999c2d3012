"""Photos in, a verdict for every face out."""

from ui import results
from ui.detector_choice import photo_detector
from ui.knowledge import knowledge_line
from ui.photo_input import photo_input
from ui.photo_results import photo_results
from ui.resources import get_inspector
from ui.theme import empty_state, start_page

start_page(
    "Photo",
    "Drop photos and read, for every face, how likely it is that a machine made it.",
)
photo_input()
judged, inspector = results.judged(), get_inspector(photo_detector())
if not judged:
    empty_state("No photo judged yet", "Drop a photo above, or try one under Examples.")
elif inspector is not None:
    knowledge_line()
    photo_results(judged, inspector)
