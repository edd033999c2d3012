"""What the networks make of a shipped generator's fresh faces: measured once, and kept."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from core.artifacts import read_json, registered, ship
from core.config import FAKE
from core.dataset.index import DatasetIndex
from core.evaluation.measurement import FolderFaces, GeneratedFaces, JoinedFaces, Measurement
from core.evaluation.metrics import wilson_ci95
from core.generators.base import FaceGenerator
from core.inference.networks import Network
from core.inference.verdict import Calibration, State

KEPT = "generator_judged"  # in the registry
PSIS = (0.5, 0.7, 1.0)


@dataclass(frozen=True)
class Asked:
    """What a kept measurement must agree on to be continued.

    Attributes:
        version: the generator's.
        network: whose verdict it is, one of `core.config.NETWORKS`.
        threshold: of P(fake), from which a face is called fake.
        first_seed, count: of the faces at each psi.
        photos: how many real ones stand beside them, of which split.
        split: of the photos.
    """

    version: str
    network: str
    threshold: float
    first_seed: int
    count: int
    photos: int
    split: str


def judge_and_keep(
    asked: Asked,
    generator: FaceGenerator,
    photos: tuple[DatasetIndex, pd.DataFrame],
    judge: tuple[Network, Calibration],
    folder: Path,
    progress: Callable[[int], object] = lambda faces: None,
) -> dict:
    """Judge a generator's faces at each of `PSIS`, the freest beside photos, and ship the figures.

    Each psi is kept as soon as it is measured: begun again after it was stopped, the measurement
    goes on.

    Args:
        asked: see there.
        generator: the shipped one.
        photos: an index and the rows of its real faces.
        judge: network and calibration.
        folder: where the artifacts lie.
        progress: told how many faces were judged since it was last told.

    Returns:
        {"asked", "by_psi": [{"psi", "n", "caught", "caught_ci95", "unsure"}], "beside": the
        figures of `Measurement.figures` and by pair of sources}.
    """
    found: dict[str, Any] = kept_judgement(folder)
    if found.get("asked") != asdict(asked):
        found = dict[str, Any](asked=asdict(asked), by_psi=[])
    done = {row["psi"] for row in found["by_psi"]}
    network, calibration = judge
    for psi in PSIS:
        if psi in done:
            continue
        beside = psi == PSIS[-1]
        faces = GeneratedFaces(generator, "dcgan", asked.first_seed, asked.count, psi)
        if beside:
            faces = JoinedFaces(faces, FolderFaces(*photos))
        run, before = Measurement(f"psi {psi:g}", faces), 0
        for looked_at in run.run(network):
            progress(looked_at - before)
            before = looked_at
        found["by_psi"].append(_row(run, psi, calibration))
        if beside:
            found["beside"] = {**run.figures(calibration), "by_pair": run.by_pair(calibration)}
        _ship(found, asked, folder)
    return found


def kept_judgement(folder: Path) -> dict:
    """What was kept last, or nothing: {}."""
    return read_json(KEPT, folder) if KEPT in registered(folder) else {}


def _row(run: Measurement, psi: float, calibration: Calibration) -> dict:
    fakes = run.labels() == FAKE
    caught = run.p_fake(calibration)[fakes] >= calibration.threshold
    return {
        "psi": psi,
        "n": int(caught.size),
        "caught": float(caught.mean()),
        "caught_ci95": list(wilson_ci95(int(caught.sum()), caught.size)),
        "unsure": float((run.states(calibration)[fakes] == State.UNSURE).mean()),
    }


def _ship(found: dict, asked: Asked, folder: Path) -> None:
    name, _, kind = KEPT.partition("_")
    files = {f"{kind}.json": json.dumps(found, indent=1).encode()}
    data = f"{asked.photos} real faces of {asked.split}"
    ship(name, files, data=data, metrics={}, folder=folder)
