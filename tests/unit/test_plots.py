"""Every plot of the Evaluation page draws runs of any size, and looks like its neighbours."""

import numpy as np
import pandas as pd
import pytest

from core.inference.verdict import Calibration
from core.training.histories import History
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


@pytest.mark.parametrize("epochs", [1, 3, 10, 60])
def test_epochs_run_from_0_to_the_last_with_no_tick_between_two(epochs):
    table = pd.DataFrame({"epoch": np.arange(1, epochs + 1), "loss": 0.5})
    axis = history_chart(
        [History("a run", table)], "loss", axis="epoch", smoothing=0, log=False
    ).layout.xaxis
    assert axis.range[0] == 0 and epochs < axis.range[1] < 1.1 * epochs + 0.2
    assert axis.dtick == 1 or epochs > 10
