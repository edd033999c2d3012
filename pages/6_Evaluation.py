"""How far to trust the classifier: measure it, damage the pictures, try other generators."""

from ui.evaluation.input import asked, take_link, wanted_measurement
from ui.evaluation.left_out import left_out
from ui.evaluation.results import measure, results
from ui.evaluation.robustness import generalization, robustness
from ui.shared import address
from ui.shared.resources import get_inspector
from ui.shared.theme import start_page, switch

VIEWS = {
    "measure": "Measure",
    "robustness": "Damaged pictures",
    "generalization": "By generator",
}

start_page("Evaluation", "How often the classifier is right, how sure it is, and when it breaks.")
inspector = get_inspector()
address.take("evaluation", {"view": address.Field("ev_view", "measure", address.one_of(VIEWS))})
view = switch("View", VIEWS, "ev_view")
if view == "measure":
    take_link()
if view == "robustness":
    robustness()
elif view == "generalization":
    generalization()
    left_out()
elif inspector is not None:
    wanted = wanted_measurement()
    if wanted is not None:
        measure(wanted, inspector)
    results(inspector)
address.say({"view": view, **(asked() if view == "measure" else {})})
