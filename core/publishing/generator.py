"""From a finished DCGAN run to shipped artifacts: generator, discriminator, snapshots, figures."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from core.artifacts import IR, Shipment
from core.atomic import write_atomically
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.evaluation.generators.face_traits import measure_directions
from core.evaluation.generators.quality import QualityJudge
from core.generators import load_generator
from core.generators.dcgan import SHIPPED, SNAPSHOT, snapshot_name
from core.generators.request import SLIDERS
from core.publishing.generator_card import write_generator_card
from core.publishing.with_card import ship_with_card
from core.tables import to_csv
from core.training.gan.stored_run import StoredRun

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
    run = StoredRun(run_dir)
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
        outdated, snapshots = (SNAPSHOT,), _shipments(run, shipped["epoch"], described)
    shipments = [*snapshots, Shipment(name, files, described, shipped)]
    ship_with_card(write_generator_card, shipments, withdrawn=outdated, folder=folder)
    yield f"Wrote the artifacts of {name} to {folder.name}/."
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
    run, file = StoredRun(run_dir), run_dir / QUALITY_FILE
    rows = pd.read_csv(file).to_dict("records") if file.exists() else []
    known = {row["epoch"] for row in rows}
    left = [epoch for epoch in reversed(run.stored_epochs()) if epoch not in known]
    if not left:
        return
    judge = QualityJudge(data, inception)
    for epoch in left:
        faces = judge.paint(run.generator(epoch))
        rows.append({**run.at(epoch), **judge.measure(faces)})
        table = pd.DataFrame(rows).sort_values("epoch")
        write_atomically(file, to_csv(table, marked=False))
        yield rows[-1]


def _measured(run: StoredRun, judge: QualityJudge, *, beside_others: bool) -> dict:
    """The run's settings with the figures of its epochs and, in full, of the best of them."""
    by_epoch = [
        {**run.at(epoch), **judge.distances(judge.paint(run.generator(epoch)))}
        for epoch in spread(run.stored_epochs(), MEASURED)
    ]
    trained = [row for row in by_epoch if run.has_weights(int(row["epoch"]))]
    best = int(min(trained, key=lambda row: row["frechet"])["epoch"])
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


def _shipments(run: StoredRun, best: int, described: str) -> list[Shipment]:
    """Snapshots of some epochs besides the best one."""
    others = [epoch for epoch in run.stored_epochs() if epoch != best]
    return [
        Shipment(
            snapshot_name(epoch),
            dict(zip(IR, run.snapshot(epoch), strict=True)),
            described,
            run.at(epoch),
        )
        for epoch in spread(others, SNAPSHOTS)
    ]


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
