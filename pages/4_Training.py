"""How the networks learned: curves of runs, a run in progress, and what is inside them."""

from ui.shared import address
from ui.shared.resources import get_inspector
from ui.shared.theme import start_page, switch
from ui.training.histories import compare
from ui.training.networks import models
from ui.training.runs import runs

VIEWS = {"compare": "Compare runs", "runs": "Train", "models": "The networks"}

start_page("Training", "How the networks learned, what is inside them, and a run of your own.")
address.take("training", {"view": address.Field("tr_view", "compare", address.one_of(VIEWS))})
view = switch("View", VIEWS, "tr_view")
address.say({"view": view, **(compare() if view == "compare" else {})})
if view == "runs":
    runs()
elif view == "models" and (inspector := get_inspector()) is not None:
    models(inspector)
