"""`python -m core evaluate | generalization`: measure the classifier."""

import argparse
import json
import sys
from pathlib import Path

from core.config import CLASS_NAMES, SPLITS
from core.errors import UserError
from core.generators import GENERATORS

NETWORKS, DEFAULT = ("both", "cnn", "second"), "both"  # as core.inference.networks, unimported
KEPT_AS = ("classifier", "original", "generator")
FIRST_SEED = 2_500_000  # none of these is in a data set
PAINTERS = (("dcgan", 1.0), ("mobilestylegan", 0.7), ("mobilestylegan", 1.0))


def add_evaluation(commands) -> None:
    """Add the commands to the parser's."""
    evaluate = commands.add_parser("evaluate", help="measure the classifier on a folder")
    _add_common(evaluate)
    evaluate.add_argument(
        "--robustness", action="store_true", help="measure it again and again on damaged faces"
    )
    evaluate.add_argument("--generator", choices=GENERATORS,
                          help="judge fresh faces of it beside the photos of DIR")  # fmt: skip
    evaluate.add_argument("--count", type=int, default=200, metavar="N",
                          help="with --generator: how many faces it paints (200)")  # fmt: skip
    evaluate.add_argument("--psi", type=float, default=1.0, metavar="P",
                          help="with --generator: truncation, from 0 to 1.5 (1)")  # fmt: skip
    evaluate.add_argument("--run", type=Path, metavar="RUN_DIR", dest="run_dir",
                          help="measure this run instead of the published model")  # fmt: skip
    evaluate.add_argument(
        "--keep",
        choices=KEPT_AS,
        metavar="NAME",
        help="keep what is measured in artifacts/: with --robustness as the table of classifier or "
        "original; generator: with --generator dcgan, at three psi, what the app shows",
    )
    evaluate.set_defaults(run=_evaluate)

    table = commands.add_parser(
        "generalization", help="every real source against every generator at hand"
    )
    _add_common(table)
    table.add_argument(
        "--left-out",
        action="append",
        default=[],
        metavar="SOURCE=RUN_DIR",
        help="a run that was trained without this generator; may be given several times",
    )
    table.add_argument("--keep", action="store_true", help="keep the table in artifacts/")
    table.set_defaults(run=_generalization)


def _add_common(parser) -> None:
    parser.add_argument("--data", required=True, type=Path, metavar="DIR",
                        help="in Kaggle's layout, or with real/ and fake/ in it")  # fmt: skip
    parser.add_argument("--split", default="test", choices=SPLITS,
                        help="of a folder that has splits (test)")  # fmt: skip
    parser.add_argument("--network", default=DEFAULT, choices=NETWORKS,
                        help="whose verdict is measured (both)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON")


def _model(args: argparse.Namespace):
    """The network and the calibration that are asked for."""
    if args.run_dir is not None:
        from core.publishing.judge_run import load_run

        return load_run(args.run_dir, args.data)
    from core.inference.networks import load_panel

    panel = load_panel(args.network)
    return panel, panel.calibration


def _evaluate(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from core.dataset.index import load_split
    from core.evaluation.scores import report, score_faces

    index, faces = load_split(args.data, args.split)
    for note in index.notes:
        print(f"Note: {note}", file=sys.stderr)
    if args.robustness:
        if args.keep == "generator":
            raise UserError("--keep generator goes with --generator dcgan, not with --robustness.")
        return _robustness(args, faces)
    if args.keep == "generator":
        return _keep_generator(args, index, faces)
    if args.keep:
        raise UserError("--keep goes with --robustness; a model is shipped with publish.")
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
    return 0


def _painted(args: argparse.Namespace, index, faces, network):
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


def _keep_generator(args: argparse.Namespace, index, faces) -> int:
    """Judge the shipped DCGAN's faces as the app shows it, and keep that."""
    from tqdm import tqdm

    from core.config import ARTIFACTS_DIR
    from core.evaluation.generators.judged import PSIS, Asked, judge_and_keep
    from core.generators import load_generator

    if args.generator != "dcgan" or args.run_dir is not None:
        raise UserError("--keep generator goes with --generator dcgan, judged by what is shipped.")
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
    return 0


def _print_figures(figures: dict) -> None:
    for name in CLASS_NAMES:
        if not figures[f"n_{name}"]:
            print(f"There is no {name} face: what takes both classes is left empty.")
    for name, value in figures.items():
        if name in ("by_source", "by_pair"):
            if not value:
                continue
            print(f"\n{name.replace('_', ' ')}:")
            for key, inner in value.items():
                auc = f"  ROC AUC {inner['roc_auc']:.3f}" if inner.get("roc_auc") else ""
                print(f"  {key:28} n {inner['n']:6}  accuracy {inner['accuracy']:.3f}{auc}")
        else:
            print(f"{name:20} {_short(value)}")


def _short(value) -> str:
    if value is None or value == [None, None]:
        return "-"
    if isinstance(value, list):
        return " to ".join(map(_short, value))
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _robustness(args: argparse.Namespace, faces) -> int:
    from tqdm import tqdm

    from core.evaluation.robustness import PER_SOURCE, count_levels, pick_faces, sweep

    rows = []
    picked = pick_faces(faces)
    steps = sweep(picked, *_model(args))
    for row in tqdm(steps, total=count_levels(), unit="level", disable=args.json):
        rows.append(row)
        if not args.json:
            tqdm.write(_level(row))
    found = {"split": args.split, "per_source": PER_SOURCE, "n": len(picked), "rows": rows}
    if args.keep:
        _keep(args.keep, "robustness", found)
    if args.json:
        print(json.dumps(found, indent=2))
    return 0


def _level(row: dict) -> str:
    level = "" if row["level"] is None else f"{row['level']:g}"
    figures = "  ".join(
        f"{pair}: {part['accuracy']:.3f} {part['roc_auc'] or float('nan'):.3f}"
        for pair, part in row["pairs"].items()
    )
    return f"{row['damage']:10} {level:5} accuracy, ROC AUC: {figures}"


def _keep(name: str, kind: str, found: dict) -> None:
    from core.artifacts import ship
    from core.config import ARTIFACTS_DIR
    from core.publishing.model_card import write_model_card

    data = f"measured on {found['split']}"
    ship(
        name,
        {f"{kind}.json": json.dumps(found, indent=1).encode()},
        data=data,
        metrics={},
        folder=ARTIFACTS_DIR,
    )
    write_model_card(ARTIFACTS_DIR)


def _generalization(args: argparse.Namespace) -> int:
    from core.artifacts import read_json
    from core.dataset.index import load_split
    from core.evaluation import generalization as table
    from core.inference.networks import load_panel
    from core.publishing.judge_run import load_run

    left_out = [_left_out(text) for text in args.left_out]
    index, faces = load_split(args.data, args.split)
    network = load_panel(args.network)
    calibration = network.calibration
    known = read_json("classifier_metrics")["data"]["train"]
    trained_on = {kind.split("/", 1)[1] for kind in known if kind.startswith("fake/")}
    rows = table.pairs_of_sources(faces, trained_on, network, calibration)
    reals = faces[faces["label"] == "real"].reset_index(drop=True)
    painters = _painters()
    # the data set's MobileStyleGAN faces are of the same network, of other seeds
    seen = {title for title, (painter, _) in painters.items() if painter.name.lower() in trained_on}
    for part in table.painted_by(painters, seen, reals, network, calibration, table.PAINTED):
        rows += part
    views = {}
    for source, run_dir in left_out:
        model = load_run(run_dir, args.data)
        rows += table.left_out(index, args.split, source, *model)
        views[source] = _faces_shown(run_dir)
    found = {"split": args.split, "left_out_views": views, "rows": rows}
    if args.keep:
        _keep("classifier", "generalization", found)
    if args.json:
        print(json.dumps(found, indent=2))
    else:
        for row in rows:
            print(_pair(row))
    return 0


def _left_out(text: str) -> tuple[str, Path]:
    from core.training.run_folder import RunFolder

    source, _, run_dir = text.partition("=")
    if not source or not run_dir:
        raise UserError(f"--left-out wants SOURCE=RUN_DIR. Received: {text!r}")
    if f"fake/{source}" in RunFolder(Path(run_dir)).settings()["data"]["train"]:
        raise UserError(
            f"{run_dir} was trained on {source}. Train without it first: "
            "train classifier --sources names the ones to use."
        )
    return source, Path(run_dir)


def _faces_shown(run_dir: Path) -> int:
    """How many faces a run was shown."""
    from core.training.run_folder import RunFolder, read_rows

    run = RunFolder(run_dir)
    return len(read_rows(run.history_file.read_bytes())) * (
        run.settings()["recipe"]["samples_per_epoch"] or 0
    )


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
    how = "left out" if row["left_out"] else "trained on" if row["trained_on"] else "never seen"
    low, high = row["roc_auc_ci95"]
    return (
        f"{row['generator']:16} {how:11} against {row['real']:8} ROC AUC {row['roc_auc']:.3f} "
        f"({low:.3f} to {high:.3f})  accuracy {row['accuracy']:.3f}  n {row['n']}"
    )
