"""Every plot of the Evaluation page draws runs of any size, and looks like its neighbours."""

import numpy as np
import pandas as pd
import pytest

from core.evaluation.robustness import SWEPT
from core.inference.verdict import Calibration
from core.training.histories import History
from ui.evaluation.charts import damage_chart
from ui.evaluation.plots import PLOTS, Judged
from ui.shared.charts import HEIGHT_PX
from ui.training.history_chart import history_chart

CALIBRATION = Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0)


def _run(title: str, count: int) -> tuple[str, np.ndarray, np.ndarray]:
    labels = np.arange(count, dtype=np.int32) % 2
    return title, labels, np.linspace(0.95, 0.05, count)


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.title)
@pytest.mark.parametrize("counts", [(2,), (200,), (2, 200, 7, 30)])
def test_every_plot_draws_each_run_and_names_its_axes(plot, counts):
    runs = [_run(f"run {number}", count) for number, count in enumerate(counts)]
    figure = plot.draw(Judged(runs, runs[0][2] ** 2, runs[0][2] > 0.6, CALIBRATION))
    assert {title for title, *_ in runs} <= {line.name for line in figure.data}
    assert figure.layout.xaxis.title.text and figure.layout.yaxis.title.text
    assert figure.layout.height == HEIGHT_PX and plot.note.endswith(".")


def test_titles_differ_as_they_are_the_keys_of_the_charts():
    assert len({plot.title for plot in PLOTS}) == len(PLOTS)


@pytest.mark.parametrize("epochs", [1, 3])
def test_an_accuracy_has_an_axis_from_0_to_1_and_a_loss_one_that_begins_at_0(epochs):
    table = pd.DataFrame({"epoch": np.arange(1, epochs + 1), "val_accuracy": 0.5, "loss": 0.5})
    runs, settings = [History("a run", table)], {"axis": "epoch", "smoothing": 0}
    below = [*runs, History("another", table.assign(loss=-0.1))]
    axis = history_chart(runs, "val_accuracy", log=False, **settings).layout.yaxis
    assert axis.range == (0, 1)
    assert history_chart(runs, "val_accuracy", log=True, **settings).layout.yaxis.range is None
    axis = history_chart(runs, "loss", log=False, **settings).layout.yaxis
    assert axis.range is None and axis.rangemode == "tozero"
    for drawn, log in ((runs, True), (below, False)):
        assert history_chart(drawn, "loss", log=log, **settings).layout.yaxis.rangemode is None


def test_a_network_has_the_same_line_in_every_chart_of_damage():
    table = pd.DataFrame({"level": ["none", "1"], "accuracy": [0.9, 0.8]})

    def lines(*whose: str) -> dict:
        parts = dict.fromkeys(whose, table)
        figure = damage_chart(parts, "accuracy", "Accuracy", "px", 0.45)
        return {line.name: (line.line.color, line.line.dash) for line in figure.data}

    everyone = lines(*SWEPT.values())
    assert len(set(everyone.values())) == len(SWEPT)
    for left_out in SWEPT.values():
        some = [name for name in SWEPT.values() if name != left_out]
        assert lines(*some) == {name: everyone[name] for name in some}


@pytest.mark.parametrize("epochs", [1, 3, 10, 60])
def test_epochs_run_from_0_to_the_last_with_no_tick_between_two(epochs):
    table = pd.DataFrame({"epoch": np.arange(1, epochs + 1), "loss": 0.5})
    axis = history_chart(
        [History("a run", table)], "loss", axis="epoch", smoothing=0, log=False
    ).layout.xaxis
    assert axis.range[0] == 0 and epochs < axis.range[1] < 1.1 * epochs + 0.2
    assert axis.dtick == 1 or epochs > 10
