"""Every plot of the Evaluation page draws runs of any size, and looks like its neighbours."""

import numpy as np
import pytest

from core.inference.verdict import Calibration
from ui.evaluation.plots import PLOTS, Judged
from ui.shared.charts import HEIGHT_PX

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
