"""Train the shipped DCGAN on in several ways, each for the same time of the cores, and compare.

    python -m tools.dcgan_ways DATA RUNS [--core-minutes 120] [--only NAME ...] [--keep]

Every way begins with the published weights and new optimizers, in a run of its own in RUNS that
this command goes on with when it is called again. What counts is the time that the cores worked,
so other work on the machine favours none. Then the newest epoch of each is measured like the
shipped one; with --keep the table goes into the generator's card.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from core.artifacts import read_json, ship_file
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.evaluation.generators.quality import QualityJudge
from core.publishing.generator_card import WAYS, write_generator_card
from core.training.gan.recipes import GAN_RECIPES, GanRecipe
from core.training.gan.session import train_dcgan
from core.training.gan.stored_run import StoredRun
from core.training.run_folder import RunFolder
from tools.dcgan_teacher import teach

WORKED_FILE = "worked.json"  # in a run's folder: core-seconds it was trained for
_PROJECTED = GAN_RECIPES["projected"]
_CNN = replace(GAN_RECIPES["ours"], samples_per_epoch=_PROJECTED.samples_per_epoch)
RECIPES = {
    "projected": ("as it was trained before: projected heads, all faces", _PROJECTED),
    "falling": (
        "projected heads, a quarter of the rates, an average over four times as many steps",
        replace(_PROJECTED, generator_rate=5e-5, discriminator_rate=5e-5, ema_decay=0.9995),
    ),
    "cnn": ("the CNN-shaped discriminator, begun anew", _CNN),
    "fewer": ("projected heads, faces of CelebA only", replace(_PROJECTED, sources=("celeba",))),
    "taught": ("taught by MobileStyleGAN at first, then as before", _PROJECTED),
}
TAUGHT_SHARE = 1 / 3  # of the time that the first call names; later calls only go on playing


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.dcgan_ways", description=__doc__)
    parser.add_argument("data", type=Path, help="faces in Kaggle's layout")
    parser.add_argument("runs", type=Path, help="folder of the runs")
    parser.add_argument("--core-minutes", type=float, default=120.0, metavar="N")
    parser.add_argument("--painted", type=Path, metavar="DIR", help="MobileStyleGAN's faces")
    parser.add_argument("--only", nargs="+", default=list(RECIPES), choices=list(RECIPES))
    parser.add_argument("--keep", action="store_true", help="write the table into the card")
    args = parser.parse_args()
    try:
        for name in args.only:
            start, budget_s = ARTIFACTS_DIR, 60 * args.core_minutes
            if name == "taught":
                start = args.runs / "taught_start"
                if not start.exists():
                    teach(args.painted, start, TAUGHT_SHARE * budget_s)
                    _note(start, TAUGHT_SHARE * budget_s)
                budget_s -= _worked_s(start)
            _train(args.data, args.runs / name, RECIPES[name][1], start, budget_s)
        judge = QualityJudge(args.data)
        rows = [_row(judge, args.runs / name, RECIPES[name][0]) for name in args.only]
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    shipped = read_json("generator_metrics")
    before = {"way": "where all of them begin", **shipped["shipped"], "core_s": 0.0}
    rows.insert(0, before | shipped["quality"]["this generator"])
    print(json.dumps(rows, indent=2))
    if args.keep:
        _keep(rows)
    return 0


def _train(data: Path, run: Path, recipe: GanRecipe, start: Path, budget_s: float) -> None:
    """Train epoch by epoch, until the cores have worked for `budget_s`."""
    while _worked_s(run) < budget_s:
        begun, before_s = RunFolder(run).has_history, time.process_time()
        done = len(RunFolder(run).load_history()) if begun else _shipped_epoch()
        train_dcgan(data, run, replace(recipe, epochs=done + 1), start=start, resume=begun)
        _note(run, _worked_s(run) + time.process_time() - before_s)


def _note(folder: Path, worked_s: float) -> None:
    (folder / WORKED_FILE).write_text(json.dumps({"core_s": round(worked_s, 1)}))


def _shipped_epoch() -> int:
    return int(read_json("generator_metrics")["shipped"]["epoch"])


def _worked_s(run: Path) -> float:
    file = run / WORKED_FILE
    return json.loads(file.read_text())["core_s"] if file.exists() else 0.0


def _row(judge: QualityJudge, run: Path, way: str) -> dict:
    """A way's newest epoch, measured as the shipped generator was."""
    stored = StoredRun(run)
    epoch = stored.stored_epochs()[-1]
    faces = judge.paint(stored.generator(epoch))
    return {"way": way, "core_s": _worked_s(run), **stored.at(epoch), **judge.measure(faces)}


def _keep(rows: list[dict]) -> None:
    described = "the newest epoch of several ways to train the shipped DCGAN on"
    content = json.dumps({"ways": rows}, indent=2).encode()
    ship_file(WAYS, "generator.ways.json", content, kind="figures", data=described)
    write_generator_card(ARTIFACTS_DIR)


if __name__ == "__main__":
    sys.exit(main())
