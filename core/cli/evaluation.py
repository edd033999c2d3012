"""`python -m core evaluate`: measure the classifier."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.common import OK, Commands, decimal, refuse_missing, refuse_unused, whole
from core.cli.measuring import add_measuring, keep
from core.config import CLASS_NAMES
from core.errors import WrongUsage
from core.generators import GENERATORS
from core.inference.verdict import SHORT_WORDS

if TYPE_CHECKING:
    import pandas as pd

    from core.dataset.index import DatasetIndex
    from core.evaluation.scores import Scores
    from core.inference.networks import Network

_NETWORK_OF = {"classifier": "cnn", "both": "both"}  # a shipped table -> whose verdict it is of
KEPT_AS = ("classifier", "original", "both", "generator")
COUNT, PSI = 200, 1.0  # of the faces that --generator paints
FIRST_SEED = 2_500_000  # none of these is in a data set


def add_evaluation(commands: Commands) -> None:
    """Add the command to the parser's."""
    evaluate = commands.add_parser("evaluate", help="measure the classifier on a folder")
    add_measuring(evaluate)
    evaluate.add_argument(
        "--robustness", action="store_true", help="measure it again and again on damaged faces"
    )
    evaluate.add_argument("--damages", metavar="A,B",
                          help="with --robustness: only these, as jpeg,blur")  # fmt: skip
    evaluate.add_argument("--generator", choices=GENERATORS,
                          help="judge fresh faces of it beside the photos of DIR")  # fmt: skip
    evaluate.add_argument("--count", type=whole, metavar="N",
                          help="with --generator: how many faces it paints (200)")  # fmt: skip
    evaluate.add_argument("--psi", type=decimal, metavar="P",
                          help="with --generator: truncation, from 0 to 1.5 (1)")  # fmt: skip
    evaluate.add_argument("--run", type=Path, metavar="RUN_DIR", dest="run_dir",
                          help="measure this run instead of the published model")  # fmt: skip
    evaluate.add_argument(
        "--keep",
        choices=KEPT_AS,
        metavar="NAME",
        help="keep what is measured in artifacts/: with --robustness as the table of classifier, "
        "original or both; generator: with --generator dcgan, at three psi, what the app shows",
    )
    evaluate.set_defaults(run=_evaluate)


def _model(args: argparse.Namespace):
    """The network and the calibration that are asked for."""
    if args.run_dir is not None:
        from core.publishing.judge_run import load_run

        return load_run(args.run_dir, args.data)
    from core.inference.networks import load_panel

    panel = load_panel(args.network)
    return panel, panel.calibration


def _evaluate(args: argparse.Namespace) -> int:
    _refuse_contradictions(args)
    refuse_missing(args.run_dir, data=args.data)
    from tqdm import tqdm

    from core.dataset.index import load_split
    from core.evaluation.scores import report, score_faces

    index, faces = load_split(args.data, args.split)
    for note in index.notes:
        print(f"Note: {note}", file=sys.stderr)
    if args.robustness:
        return _robustness(args, faces)
    if args.keep == "generator":
        return _keep_generator(args, index, faces)
    network, calibration = _model(args)
    if args.generator:
        scores = _painted(args, index, faces, network)
    else:
        with tqdm(total=len(faces), unit="face", disable=args.json) as bar:
            scores = score_faces(faces, network, bar.update)
    figures = report(scores, calibration)
    figures["skipped"] += len(index.unreadable)
    if args.json:
        print(json.dumps(figures, indent=2))
    else:
        _print_figures(figures)
    return OK


def _refuse_contradictions(args: argparse.Namespace) -> None:
    if args.robustness and args.keep == "generator":
        raise WrongUsage("--keep generator goes with --generator dcgan, not with --robustness.")
    if args.robustness and args.generator:
        raise WrongUsage("Choose one of --robustness and --generator.")
    if args.keep not in (None, "generator") and not args.robustness:
        raise WrongUsage("--keep goes with --robustness; a model is shipped with publish.")
    measured = _NETWORK_OF.get(args.keep, args.network)
    if args.robustness and args.run_dir is None and args.network != measured:
        raise WrongUsage(f"--keep {args.keep} goes with --network {measured}.")
    if not args.generator:
        refuse_unused(args, ["count", "psi"], "--generator")
    if args.robustness:
        from core.evaluation.robustness import chosen_damages

        args.damages = chosen_damages(args.damages)
    else:
        refuse_unused(args, ["damages"], "--robustness")
    if args.keep == "generator":
        refuse_unused(args, ["psi"], "--generator without --keep: it is kept at three of them")
    args.count = COUNT if args.count is None else args.count
    args.psi = PSI if args.psi is None else args.psi


def _painted(
    args: argparse.Namespace, index: "DatasetIndex", faces: "pd.DataFrame", network: "Network"
) -> "Scores":
    """Fresh faces of a generator beside the photos of a split, judged."""
    from tqdm import tqdm

    from core.evaluation import measurement as measuring
    from core.generators import load_generator
    from core.generators.files import check_psi

    check_psi(args.psi)
    painted = measuring.GeneratedFaces(
        load_generator(args.generator), args.generator, FIRST_SEED, args.count, args.psi
    )
    photos = faces[faces["label"] == "real"].reset_index(drop=True)
    both = measuring.JoinedFaces(painted, measuring.FolderFaces(index, photos))
    run = measuring.Measurement(args.generator, both)
    with tqdm(total=run.total, unit="face", disable=args.json) as bar:
        for done in run.run(network):
            bar.update(done - bar.n)
    return run.scores()


def _keep_generator(args: argparse.Namespace, index: "DatasetIndex", faces: "pd.DataFrame") -> int:
    """Judge the shipped DCGAN's faces as the app shows it, and keep that."""
    from tqdm import tqdm

    from core.config import ARTIFACTS_DIR
    from core.evaluation.generators.judged import PSIS, Asked, judge_and_keep
    from core.generators import load_generator

    if args.generator != "dcgan" or args.run_dir is not None:
        raise WrongUsage("--keep generator goes with --generator dcgan, judged by what is shipped.")
    network, calibration = _model(args)
    generator = load_generator("dcgan")
    photos = faces[faces["label"] == "real"].reset_index(drop=True)
    told = len(photos), args.split
    asked = Asked(
        generator.version, args.network, calibration.threshold, FIRST_SEED, args.count, *told
    )
    total = args.count * len(PSIS) + len(photos)
    with tqdm(total=total, unit="face", disable=args.json) as bar:
        found = judge_and_keep(
            asked, generator, (index, photos), (network, calibration), ARTIFACTS_DIR, bar.update
        )
    if args.json:
        print(json.dumps(found, indent=2))
    else:
        for row in found["by_psi"]:
            low, high = row["caught_ci95"]
            print(f"psi {row['psi']:g}: {row['caught']:.3f} of {row['n']} called fake "
                  f"({low:.3f} to {high:.3f}), unsure {row['unsure']:.3f}")  # fmt: skip
        print("Kept in artifacts/.")
    return OK


def _print_figures(figures: dict) -> None:
    for name in CLASS_NAMES:
        if not figures[f"n_{name}"]:
            print(f"There is no {name} face: what takes both classes is left empty.")
    for name, value in figures.items():
        if name == "roc":  # a curve's points are for programs
            continue
        if name in ("by_source", "by_pair"):
            if not value:
                continue
            print(f"\n{name.replace('_', ' ')}:")
            for key, inner in value.items():
                print(
                    f"  {key:28} n {inner['n']:6}  accuracy {inner['accuracy']:.3f}{_more(inner)}"
                )
        else:
            print(f"{name:20} {_short(value)}")


def _more(row: dict) -> str:
    """What a source's row tells besides: its verdicts as shares; or a pair's, its ROC AUC."""
    if row.get("roc_auc"):
        return f"  ROC AUC {row['roc_auc']:.3f}"
    said = {words: row.get(f"called_{state}") for state, words in SHORT_WORDS.items()}
    return "".join(f"  {words} {share:.2f}" for words, share in said.items() if share is not None)


def _short(value: float | None) -> str:
    if value is None or value == [None, None]:
        return "-"
    if isinstance(value, list):
        return " to ".join(map(_short, value))
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _robustness(args: argparse.Namespace, faces: "pd.DataFrame") -> int:
    from tqdm import tqdm

    from core.evaluation.robustness import PER_SOURCE, count_levels, pick_faces, sweep

    rows, damages = [], args.damages
    picked = pick_faces(faces)
    steps = sweep(picked, *_model(args), damages=damages)
    for row in tqdm(steps, total=count_levels(damages), unit="level", disable=args.json):
        rows.append(row)
        if not args.json:
            tqdm.write(_level(row))
    found = {"split": args.split, "per_source": PER_SOURCE, "n": len(picked), "rows": rows}
    if args.keep:
        keep(args.keep, "robustness", found)
    if args.json:
        print(json.dumps(found, indent=2))
    return OK


def _level(row: dict) -> str:
    level = "" if row["level"] is None else f"{row['level']:g}"
    figures = "  ".join(
        f"{pair}: {part['accuracy']:.3f} {part['roc_auc'] or float('nan'):.3f}"
        for pair, part in row["pairs"].items()
    )
    return f"{row['damage']:10} {level:5} accuracy, ROC AUC: {figures}"
