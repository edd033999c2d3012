"""The live calibrations of one fitting are published together, whatever ends the publishing."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from core.artifacts import load_registry, read_json
from core.publishing import live
from core.publishing.live_tracks import Film, Tracks
from tests.support.kills import killed_at_move

NAMES = {"classifier_live_calibration", "second_live_calibration", "both_live_calibration"}
WEIGHTS = {"cnn": 0.5, "second": 1.0}


@pytest.fixture
def fitted(monkeypatch):
    """Stand-ins for the networks, the films and the faces; `spread` is what the fit depends on."""
    given, rng = {"spread": 1.0}, np.random.default_rng(0)
    noise = rng.normal(size=(2, 60))

    def imitated(faces, parts) -> Tracks:
        labels = np.arange(60) % 2
        odds = np.where(labels == 1, -2.0, 2.0) + given["spread"] * noise
        names, nothing = np.array([f"face {n}" for n in range(60)]), np.full(60, 100.0)
        both = dict(zip(WEIGHTS, odds, strict=True))
        return Tracks(both, labels, names, np.zeros(60, bool), nothing)

    films = [
        Film(f"film {n}", n % 2, (("cnn", 3.0 - 6.0 * (n % 2), 0.1), ("second", 1.0, 0.2)))
        for n in range(4)
    ]
    panel = SimpleNamespace(name="both", parts=WEIGHTS, weights=WEIGHTS)
    stand_ins = {
        "load_panel": lambda name, folder: panel,
        "raw_judges": lambda panel: None,
        "film_views": lambda clips, judges: films,
        "load_split": lambda data, split: (None, None),
        "imitated_tracks": imitated,
        "write_model_card": lambda folder: None,
    }
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(live, name, stand_in)
    return given


def _publish(folder) -> list[str]:
    return list(live.publish_live(folder, folder, folder=folder))


def _published(folder) -> dict[str, str]:
    return {name: json.dumps(read_json(name, folder)) for name in load_registry(folder)}


def test_publishing_that_is_killed_leaves_all_old_or_all_new_calibrations(
    fitted, tmp_path, monkeypatch
):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, spread in ((first, 1.0), (second, 3.0)):
        fitted["spread"] = spread
        assert any("Wrote the live calibrations" in line for line in _publish(folder))
    old, new = _published(first), _published(second)
    assert set(old) == NAMES and all(old[name] != new[name] for name in NAMES)
    seen = []
    for moves in range(20):
        folder = shutil.copytree(first, tmp_path / str(moves))
        with killed_at_move(monkeypatch, moves) as kill:
            _publish(folder)
        seen.append(_published(folder))
        assert seen[-1] in (old, new)
        _publish(folder)  # the next one clears up
        assert _published(folder) == new
        assert {file.name.partition(".")[2] for file in folder.iterdir()} == {"live.json", "json"}
        if not kill.struck:
            break
    assert not kill.struck and seen[0] == old and seen[-1] == new and len(seen) > 5
