"""From a finished DCGAN run to shipped artifacts: generator, discriminator, snapshots, figures."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.artifacts import Shipment, ship_all
from core.atomic import write_atomically
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.evaluation.generators.face_traits import measure_directions
from core.evaluation.generators.quality import QualityJudge
from core.generators import load_generator
from core.generators.dcgan import SHIPPED, SNAPSHOT, Dcgan, snapshot_name
from core.generators.request import SLIDERS
from core.models.dcgan import build_generator
from core.models.export import to_keras_file, to_openvino
from core.publishing.generator_card import write_generator_card
from core.tables import to_csv
from core.training.checkpoint import load_weights, unstack
from core.training.gan.restart import build_judge
from core.training.run_folder import RunFolder

BASELINE = "original_generator"
THIS = "this generator"
SNAPSHOTS = 5  # besides the shipped epoch; 3 MB each
MEASURED = 12  # epochs whose distance to real faces is measured
QUALITY_FILE = "quality.csv"


def publish_dcgan(
    run_dir: Path,
    data: Path,
    *,
    name: str = SHIPPED,
    folder: Path = ARTIFACTS_DIR,
    inception: Path | None = None,
) -> Iterator[str]:
    """Ship the epoch of a `train dcgan` run whose faces are nearest to real ones.

    The last epoch need not be it: a GAN may collapse. The discriminator is the last one.

    Args:
        run_dir: the run's folder.
        data: the folder it was trained on, with test.
        name: "generator" is what the app serves; "original_generator" keeps the figures of the
            authors' recipe beside it, no weights.
        folder: where the artifacts lie.
        inception: file of the Inception graph, to measure the true FID too.

    Yields:
        A line for each thing done.

    Raises:
        UserError: the run or the data cannot be used.
    """
    run = _Run(run_dir)
    judge = QualityJudge(data, inception)
    yield f"Measuring with {judge.count} faces a set."
    metrics = _measured(run, judge, beside_others=name == SHIPPED)
    shipped = metrics["shipped"]
    yield f"Measured epoch {shipped['epoch']}, the best: {metrics['quality'][THIS]}"
    described = "real faces of train and valid: " + ", ".join(
        f"{count} {source}" for source, count in metrics["data"].items()
    )
    files = {
        "metrics.json": json.dumps(metrics, indent=2).encode(),
        "history.csv": run.folder.read_history(),
    }
    snapshots, outdated = [], ()
    if name == SHIPPED:
        files |= run.networks(shipped["epoch"])
        outdated, snapshots = (SNAPSHOT,), run.shipments(shipped["epoch"], described)
    shipments = [*snapshots, Shipment(name, files, described, shipped)]
    ship_all(shipments, withdrawn=outdated, folder=folder)
    yield f"Wrote the artifacts of {name} to {folder.name}/."
    write_generator_card(folder)
    yield "Wrote GENERATOR_CARD.md."


def measure_run(run_dir: Path, data: Path, inception: Path | None = None) -> Iterator[dict]:
    """Measure a run's stored epochs, from the newest back, and ship nothing.

    What is measured is kept in `quality.csv` in the run's folder, and not measured again.

    Args:
        run_dir, data, inception: as for `publish_dcgan`.

    Yields:
        A row an epoch: epoch, images, and all figures of `QualityJudge.measure`.

    Raises:
        UserError: the run or the data cannot be used.
    """
    run, file = _Run(run_dir), run_dir / QUALITY_FILE
    rows = pd.read_csv(file).to_dict("records") if file.exists() else []
    known = {row["epoch"] for row in rows}
    left = [epoch for epoch in reversed(run.stored_epochs()) if epoch not in known]
    judge = QualityJudge(data, inception) if left else None
    for epoch in left:
        faces = judge.paint(run.generator(epoch))
        rows.append({**run.at(epoch), **judge.measure(faces)})
        table = pd.DataFrame(rows).sort_values("epoch")
        write_atomically(file, to_csv(table, marked=False))
        yield rows[-1]


def _measured(run: "_Run", judge: QualityJudge, *, beside_others: bool) -> dict:
    """The run's settings with the figures of its epochs and, in full, of the best of them."""
    by_epoch = [
        {**run.at(epoch), **judge.distances(judge.paint(run.generator(epoch)))}
        for epoch in spread(run.stored_epochs(), MEASURED)
    ]
    trained = [row for row in by_epoch if run.has_weights(row["epoch"])]
    best = min(trained, key=lambda row: row["frechet"])["epoch"]
    quality = {THIS: judge.measure(judge.paint(run.generator(best)))}
    more = {}
    if beside_others:
        shown = run.generator(best)
        quality |= judge.anchors() | _second_generator(judge)
        more["by_psi"] = judge.by_psi(shown)
        more["directions"] = measure_directions(shown, SLIDERS)
    return {
        **run.folder.settings(),
        **more,
        "measured_with": judge.describe(),
        "by_epoch": by_epoch,
        "shipped": run.at(best),
        "quality": quality,
    }


@dataclass
class _Run:
    """A run and the networks in it."""

    path: Path

    def __post_init__(self):
        self.folder = RunFolder(self.path)
        self.folder.settings()  # says in words if there is no run
        if not self.folder.has_history:
            raise UserError(f"The run in {self.path} has not finished an epoch yet.")
        self.history = pd.DataFrame(self.folder.load_history())

    def at(self, epoch: int) -> dict[str, int]:
        """An epoch and how many images the generator had seen by then."""
        row = self.history[self.history["epoch"] == epoch]
        return {"epoch": epoch, "images": int(row["images"].iloc[0])}

    def stored_epochs(self) -> list[int]:
        """Finished epochs with a snapshot, in order."""
        kept = (self.path / "snapshots").glob("epoch_*.*")
        stored = sorted({int(file.stem.removeprefix("epoch_")) for file in kept})
        return [epoch for epoch in stored if epoch in set(self.history["epoch"])]

    def _file(self, epoch: int, suffix: str) -> Path:
        return self.path / "snapshots" / f"epoch_{epoch:05d}.{suffix}"

    def has_weights(self, epoch: int) -> bool:
        """Whether the epoch is this run's own; of those before its start only graphs are left."""
        return self._file(epoch, "npz").exists()

    def model(self, epoch: int):
        """The generator after an epoch as a Keras model; its weights went through float16."""
        weights = load_weights(self._file(epoch, "npz"))
        model = build_generator()
        model.set_weights([np.asarray(array, np.float32) for array in weights])
        return model

    def snapshot(self, epoch: int) -> tuple[bytes, bytes]:
        """The generator after an epoch as a small OpenVINO graph and its constants."""
        if self.has_weights(epoch):
            return to_openvino(self.model(epoch), half=True)
        return self._file(epoch, "xml").read_bytes(), self._file(epoch, "bin").read_bytes()

    def shipments(self, best: int, described: str) -> list[Shipment]:
        """Snapshots of some epochs besides the best one."""
        others = [epoch for epoch in self.stored_epochs() if epoch != best]
        return [
            Shipment(
                snapshot_name(epoch),
                dict(zip(("xml", "bin"), self.snapshot(epoch), strict=True)),
                described,
                self.at(epoch),
            )
            for epoch in spread(others, SNAPSHOTS)
        ]

    def generator(self, epoch: int) -> Dcgan:
        """The same, ready to paint."""
        own = self.has_weights(epoch)
        files = to_openvino(self.model(epoch)) if own else self.snapshot(epoch)
        return Dcgan(*files, version="unpublished")

    def networks(self, epoch: int) -> dict[str, bytes]:
        """The files of both trained networks."""
        kind = self.folder.settings()["recipe"].get("discriminator", "cnn")
        model, discriminator = self.model(epoch), build_judge(kind)
        graph, constants = to_openvino(model)
        discriminator.set_weights(unstack(self.folder.load_state(), "d"))
        return {
            "xml": graph,
            "bin": constants,
            "weights.h5": to_keras_file(model),
            "discriminator.weights.h5": to_keras_file(discriminator),
        }


def spread(epochs: list[int], count: int) -> list[int]:
    """At most `count` of the epochs, the ends included, denser at the start, where most changes."""
    if len(epochs) <= count:
        return epochs
    places = np.geomspace(1, len(epochs), count).round().astype(int) - 1
    for number in range(1, count):  # rounding must not name one twice
        places[number] = max(places[number], places[number - 1] + 1)
    return [epochs[place] for place in places]


def _second_generator(judge: QualityJudge) -> dict[str, dict[str, float]]:
    """MobileStyleGAN in the same table, where it is installed."""
    try:
        other = load_generator("mobilestylegan")
    except UserError:
        return {}
    return {other.name: judge.measure(judge.paint(other))}
