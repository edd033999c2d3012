"""`python -m core generalization`: every real source against every generator at hand."""

import argparse
import json
from pathlib import Path

from core.cli.common import OK, Commands, refuse_missing
from core.cli.measuring import add_measuring, keep
from core.errors import UserError, WrongUsage

PAINTERS = (("dcgan", 1.0), ("mobilestylegan", 0.7), ("mobilestylegan", 1.0))


def add_generalization(commands: Commands) -> None:
    """Add the command to the parser's."""
    table = commands.add_parser(
        "generalization", help="every real source against every generator at hand"
    )
    add_measuring(table)
    table.add_argument(
        "--left-out",
        action="append",
        default=[],
        metavar="SOURCE=RUN_DIR",
        help="a run that was trained without this generator; may be given several times",
    )
    table.add_argument(
        "--second",
        type=Path,
        metavar="RUN_DIR",
        help="instead: leave each source, photos too, out of this run of `train second`",
    )
    table.add_argument("--keep", action="store_true", help="keep the table in artifacts/")
    table.set_defaults(run=_generalization)


def _generalization(args: argparse.Namespace) -> int:
    if args.second is not None:
        return _left_out_of_second(args)
    left_out = [_left_out(text) for text in args.left_out]
    refuse_missing(data=args.data)
    from core.dataset.index import load_split
    from core.evaluation import generalization as table
    from core.evaluation.sources import was_trained_on
    from core.inference.networks import load_panel
    from core.publishing.judge_run import load_run

    index, faces = load_split(args.data, args.split)
    network = load_panel(args.network)
    calibration = network.calibration
    trained_on = _trained_on()
    rows = table.pairs_of_sources(faces, trained_on, network, calibration)
    reals = faces[faces["label"] == "real"].reset_index(drop=True)
    painters = _painters()
    # the data set's MobileStyleGAN faces are of the same network, of other seeds
    seen = {
        title
        for title, (painter, _) in painters.items()
        if was_trained_on(painter.name, trained_on)
    }
    for part in table.painted_by(painters, seen, reals, network, calibration, table.PAINTED):
        rows += part
    views = {}
    for source, run_dir in left_out:
        model = load_run(run_dir, args.data)
        rows += table.left_out(index, args.split, source, *model)
        views[source] = _faces_shown(run_dir)
    found = {"split": args.split, "left_out_views": views, "rows": rows}
    if args.keep:
        keep("classifier", "generalization", found)
    if args.json:
        print(json.dumps(found, indent=2))
    else:
        for row in rows:
            print(_pair(row))
    return OK


def _trained_on() -> set[str]:
    """The generators whose faces the shipped classifier learned from."""
    from core.artifacts import read_json
    from core.evaluation.knowledge import sources_of_fakes

    return sources_of_fakes(read_json("classifier_metrics")["data"]["train"])


def _left_out_of_second(args: argparse.Namespace) -> int:
    if args.left_out:
        raise WrongUsage("Choose one of --left-out and --second.")
    refuse_missing(args.second, data=args.data)
    from core.evaluation.calibration import CLEARED_UP_TO
    from core.publishing.left_out import MEMBERS, judge_left_out

    rows = []
    for row in judge_left_out(args.second, args.data):
        rows.append(row)
        if not args.json:
            print(_source(row), flush=True)
    how = {"split": "train and valid", "members": MEMBERS, "cleared_up_to": CLEARED_UP_TO}
    found = {**how, "rows": rows}
    if args.keep:
        keep("second", "generalization", found)
    if args.json:
        print(json.dumps(found, indent=2))
    return OK


def _source(row: dict) -> str:
    from core.evaluation.sources import WRONG

    wrong = WRONG[row["label"]]
    return (
        f"{row['source']:16} {row['label']:5} left out: ROC AUC {row['roc_auc']:.3f}  sure and "
        f"wrong {row[wrong]:.3f}, with the guard {row[wrong + '_guarded']:.3f}  n {row['n']}"
    )


def _left_out(text: str) -> tuple[str, Path]:
    source, _, run_dir = text.partition("=")
    if not source or not run_dir:
        raise WrongUsage(f"--left-out wants SOURCE=RUN_DIR. Received: {text!r}")
    from core.training.run_folder import RunFolder

    if f"fake/{source}" in RunFolder(Path(run_dir)).settings()["data"]["train"]:
        raise UserError(
            f"{run_dir} was trained on {source}. Train without it first: "
            "train classifier --sources names the ones to use."
        )
    return source, Path(run_dir)


def _faces_shown(run_dir: Path) -> int:
    """How many faces a run was shown."""
    from core.training.run_folder import RunFolder

    run = RunFolder(run_dir)
    return len(run.load_history()) * (run.settings()["recipe"]["samples_per_epoch"] or 0)


def _painters() -> dict:
    """Title -> generator and psi: a generator's faces are harder to catch the freer they are."""
    from core.generators import load_generator

    found = {}
    for name, psi in PAINTERS:
        try:
            generator = load_generator(name)
        except UserError as error:
            print(f"Left out: {error}")
        else:
            found[f"{generator.name}, psi {psi:g}"] = generator, psi
    return found


def _pair(row: dict) -> str:
    from core.evaluation.sources import how_known

    how = how_known(row["generator"], row["trained_on"], row["left_out"])
    low, high = row["roc_auc_ci95"]
    return (
        f"{row['generator']:16} {how:29} against {row['real']:8} ROC AUC {row['roc_auc']:.3f} "
        f"({low:.3f} to {high:.3f})  accuracy {row['accuracy']:.3f}  n {row['n']}"
    )
