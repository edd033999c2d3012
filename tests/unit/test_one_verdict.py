"""Whoever asks what a face is called hears the same: there is one rule, in one place."""

import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from core.config import ROOT
from core.dataset.browse import Query, Verdicts, find, outcomes
from core.dataset.index import index_folder
from core.evaluation.measurement import FolderFaces, Measurement
from core.evaluation.scorebook import ScoreBook
from core.evaluation.scores import report, score_faces
from core.inference.live.evidence import Evidence, Joining
from core.inference.networks import Panel
from core.inference.photo import Inspector
from core.inference.second import SecondOpinion
from core.inference.verdict import Calibration, Condition, Doubt, State, decide, doubts_of
from tests.conftest import encode, texture

OUTCOME = {State.FAKE: "right", State.REAL: "wrong", State.UNSURE: "unsure"}  # of generated faces
FINE = Condition(side_px=200, sharp=300.0)


def _rules(rng: np.random.Generator, **more: float) -> Calibration:
    low, threshold, high = np.sort(rng.choice(np.linspace(0, 1, 9), 3))  # ends may coincide
    return Calibration(rng.uniform(0.5, 3), rng.normal(), threshold, low, high, 50.0, **more)


class _Told(Evidence):
    """A track of which enough was seen to come to a given P(fake)."""

    def __init__(self, p_fake: float):
        super().__init__()
        self.told = p_fake

    def p_fake(self, joining: Joining) -> float:
        return self.told

    def is_thin(self, joining: Joining) -> bool:
        return False


@pytest.mark.parametrize("seed", range(25))
def test_every_p_fake_is_called_alike(seed):
    """By a photo, a track and the data set's browser, up to the very ends of the band."""
    rules = _rules(np.random.default_rng(seed))
    ends = [rules.unsure_low, rules.threshold, rules.unsure_high]
    p_fake = np.concatenate([np.linspace(0, 1, 41), ends])
    states = rules.states(p_fake).tolist()
    assert [decide(p, FINE, rules).state for p in p_fake] == states
    joining = Joining({"cnn": 1.0}, rules)
    assert [_Told(p).decide(0.0, joining).state for p in p_fake] == states
    faces = pd.DataFrame({"label": "fake"}, index=range(len(p_fake)))
    said = outcomes(faces, Verdicts.of(p_fake, rules).states)
    assert said.tolist() == [OUTCOME[state] for state in states]


@pytest.mark.parametrize("seed", range(25))
def test_one_face_and_many_are_decided_alike(seed):
    rng = np.random.default_rng(seed)
    rules = _rules(rng, max_disagreement=0.5)
    conditions = [
        Condition(
            side_px=int(rng.choice([40, 200])),
            sharp=float(rng.choice([10.0, 300.0])),
            outside=float(rng.choice([0.0, 0.5])),
            colourless=bool(rng.random() < 0.5),
            strange=bool(rng.random() < 0.3),
            opinions={"cnn": rng.random(), "second": rng.random()},
        )
        for _ in range(100)
    ]
    doubts, p_fake = doubts_of(conditions, rules), rng.random(100)
    assert set(doubts) == {*Doubt}
    one_by_one = [decide(p, each, rules) for p, each in zip(p_fake, conditions, strict=True)]
    assert [verdict.state for verdict in one_by_one] == rules.states(p_fake, doubts).tolist()
    assert all((v.reason is None) == (v.state != State.UNSURE) for v in one_by_one)


@dataclass
class _Part:
    """A network of which it is known what it says of each face."""

    said: dict[bytes, float]

    def log_odds_of(self, crops):
        return np.array([self.said[crop.tobytes()] for crop in crops])


class _Second(SecondOpinion):
    """The same, and it knows how strange each face is."""

    def __init__(self, said: dict[bytes, float], strangeness: dict[bytes, float]):
        self.said, self.strange = said, strangeness

    def opine(self, crops):
        keys = [crop.tobytes() for crop in crops]
        components = np.array([[self.strange[key]] for key in keys])
        return np.array([self.said[key] for key in keys]), components

    def strangeness(self, components):
        return components[:, 0]


DAMAGES = (
    lambda face: face,
    lambda face: np.repeat(face[..., :1], 3, axis=2),  # black and white
    lambda face: cv2.GaussianBlur(face, (0, 0), 6),
    lambda face: np.ascontiguousarray(face[:40, :40]),
)


def _faces(folder: Path, rng: np.random.Generator) -> list[np.ndarray]:
    """Faces in every condition, each of a source of its own, so that figures tell them apart."""
    (folder / "test" / "fake").mkdir(parents=True)
    faces = [
        DAMAGES[n % len(DAMAGES)](texture("fake", int(rng.integers(2**31)))) for n in range(24)
    ]
    for number, face in enumerate(faces):
        (folder / "test" / "fake" / f"source{number:02}_1.png").write_bytes(encode(face))
    return faces


@pytest.mark.parametrize("seed", range(4))
def test_all_who_ask_of_a_picture_hear_the_same(seed, tmp_path):
    """The Photo page and `classify`, the Dataset page, Evaluation's pages and `evaluate`."""
    rng = np.random.default_rng(seed)
    rules = _rules(rng, max_disagreement=0.6, max_strangeness=2.0)
    keys = [face.tobytes() for face in _faces(tmp_path / "set", rng)]
    cnn, second, strange = (
        dict(zip(keys, rng.normal(at, wide, len(keys)), strict=True))
        for at, wide in ((0, 2), (0, 2), (1.4, 0.5))
    )
    parts = {"cnn": _Part(cnn), "second": _Second(second, strange)}
    own = dict.fromkeys(parts, Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0))
    panel = Panel("both", parts, {"cnn": 0.7, "second": 0.7}, rules, own)
    inspector = Inspector(None, panel, rules)
    index = index_folder(tmp_path / "set")
    results = [
        inspector.judge_file(path, Path(path).read_bytes(), aligned=True)
        for path in index.faces["path"]
    ]
    states = [result.faces[0].verdict.state for result in results]
    book = ScoreBook(tmp_path / "cache")
    list(book.judge(index.faces, inspector))
    verdicts = book.verdicts(index.faces, rules)
    assert verdicts.states.tolist() == states
    for state, outcome in OUTCOME.items():
        found = find(index.faces, Query(outcome=outcome, order="name"), verdicts)
        assert found.tolist() == [row for row, said in enumerate(states) if said == state]
    run = Measurement("test", FolderFaces(index, index.faces))
    list(run.run(panel))
    assert run.states(rules).tolist() == run.table(rules)["verdict"].tolist() == states
    assert [run.verdict(row, rules)[1] for row in range(len(states))] == [
        result.faces[0].verdict for result in results
    ]
    for figures in (report(score_faces(index.faces, panel), rules), report(run.scores(), rules)):
        said = [figures["by_source"][source] for source in index.faces["source"]]
        for state in State:
            assert [row[f"called_{state}"] for row in said] == [each == state for each in states]


def test_no_one_else_looks_at_the_band():
    """Who compares P(fake) with the band himself has forgotten the doubts."""
    rule = re.compile(r"in_band\(|[<>]=? *\w*\.?unsure_(low|high)|unsure_(low|high) *[<>]")
    found = {
        str(file.relative_to(ROOT))
        for top in ("core", "ui", "pages")
        for file in (ROOT / top).rglob("*.py")
        if rule.search(file.read_text())
    }
    assert found == {"core/inference/verdict.py", "core/inference/live/evidence.py"}
