"""Sources left out: nothing that judges a source has seen it, and the table says what follows."""

import pytest

from core.publishing import left_out
from core.publishing.card_sections import left_out_section
from core.training.second import session as training
from core.training.second.session import fit_head, train_second
from tests.conftest import write_dataset
from tests.unit.test_second import RECIPE, Eye

IN_TRAIN = 6  # faces of each of the four sources
IN_VALID = 3


@pytest.fixture
def run(tmp_path, monkeypatch):
    data = write_dataset(tmp_path / "data", {"train": 12, "valid": 6}, 64)
    for file in list(data.glob("*/*/*.png")):
        if int(file.stem.split("_")[1]) % 2:  # each second face is another source's
            file.rename(file.with_name(f"other{file.name}"))
    shared = Eye()
    monkeypatch.setattr(training, "build_backbone", lambda: (b"", b""))
    monkeypatch.setattr(training, "Backbone", lambda *files, precision: shared)
    train_second(data, tmp_path / "run", RECIPE, quiet=True)
    return tmp_path / "run", data


def test_each_source_is_judged_by_a_head_that_never_saw_it(run, monkeypatch):
    fitted_to = []

    def fit(features, labels, weights, recipe):
        fitted_to.append((len(features), int((labels == 0).sum())))
        return fit_head(features, labels, weights, recipe)

    monkeypatch.setattr(left_out, "fit_head", fit)
    rows = list(left_out.judge_left_out(*run))
    assert [row["source"] for row in rows] == ["machine", "othermachine", "camera", "othercamera"]
    assert [row["n"] for row in rows] == 4 * [IN_TRAIN + IN_VALID]
    assert fitted_to == 2 * [(18, 6)] + 2 * [(18, 12)]


def test_the_shares_of_a_row_are_whole_and_the_guard_only_adds_doubt(run):
    for row in left_out.judge_left_out(*run):
        for suffix in ("", "_guarded"):
            shares = [row[f"{name}{suffix}"] for name in ("called_real", "called_fake", "unsure")]
            assert sum(shares) == pytest.approx(1)
        assert row["unsure_guarded"] >= row["unsure"]
        assert 0 <= row["roc_auc"] <= 1


def test_the_only_source_of_a_class_cannot_be_left_out(run):
    _, data = run
    for file in data.glob("*/fake/other*"):
        file.rename(file.with_name(file.name.removeprefix("other")))
    rows = list(left_out.judge_left_out(*run))
    assert [row["source"] for row in rows] == ["camera", "othercamera"]


def test_the_card_names_what_went_wrong_for_each_class():
    row = {"n": 9, "roc_auc": 0.75, "called_real": 0.1, "called_fake": 0.2, "unsure": 0.7}
    row |= {f"{name}_guarded": row[name] / 2 for name in ("called_real", "called_fake", "unsure")}
    rows = [{"source": "ffhq", "label": "real"} | row, {"source": "flux", "label": "fake"} | row]
    lines = left_out_section({"members": 2, "cleared_up_to": 0.2, "rows": rows}).splitlines()
    assert "| 9 | 0.750 | 0.20 | 0.10 |" in lines[-2]
    assert "| 9 | 0.750 | 0.10 | 0.05 |" in lines[-1]
