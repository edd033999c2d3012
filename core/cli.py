"""The command line: `python -m core classify | evaluate | train | publish`."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from core.config import SPLITS
from core.errors import UserError

OK, SOME_FAILED, WRONG_USAGE = 0, 1, 2


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: the words after `python -m core`; None takes the process' own.

    Returns:
        The exit code: 0 all is well, 1 something could not be done, 2 wrong usage.
    """
    args = _parser().parse_args(argv)
    try:
        return args.run(args)
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        return SOME_FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return SOME_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    classify = commands.add_parser("classify", help="judge the faces of photos")
    classify.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="photo or folder")
    classify.add_argument("--json", action="store_true", help="print JSON")
    classify.add_argument(
        "--aligned", action="store_true", help="each whole image is one aligned face"
    )
    classify.set_defaults(run=_classify)

    evaluate = commands.add_parser("evaluate", help="measure the classifier on a folder")
    evaluate.add_argument("--data", required=True, type=Path, metavar="DIR")
    evaluate.add_argument("--split", default="test", choices=SPLITS)
    evaluate.add_argument("--json", action="store_true", help="print JSON")
    evaluate.set_defaults(run=_evaluate)

    train = commands.add_parser("train", help="train a network")
    train.add_argument("network", choices=["classifier"])
    train.add_argument("--data", required=True, type=Path, metavar="DIR")
    train.add_argument("--out", required=True, type=Path, metavar="RUN_DIR")
    train.add_argument("--epochs", type=_positive, metavar="N")
    train.add_argument("--resume", action="store_true", help="go on where a run stopped")
    train.add_argument("--recipe", default="ours", choices=["original", "ours"])
    train.add_argument(
        "--sources", type=_names, metavar="A,B", help="use only files named A_... and B_..."
    )
    train.set_defaults(run=_train)

    publish = commands.add_parser("publish", help="ship a trained run as the app's classifier")
    publish.add_argument("run_dir", type=Path, metavar="RUN_DIR")
    publish.add_argument("--data", required=True, type=Path, metavar="DIR")
    publish.add_argument(
        "--as",
        dest="name",
        default="classifier",
        choices=["classifier", "original"],
        help="classifier: what the app serves; original: figures kept for comparison",
    )
    publish.set_defaults(run=_publish)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more. Received: {text}")
    return number


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def _classify(args: argparse.Namespace) -> int:
    from core.inference.files import judge_paths
    from core.inference.photo import load_inspector
    from core.inference.report import to_contract

    results = []
    for result in judge_paths(args.paths, load_inspector(), aligned=args.aligned):
        results.append(to_contract(result))
        if not args.json:
            print(_as_text(results[-1]))
    if args.json:
        print(json.dumps(results, indent=2, ensure_ascii=True))
    return SOME_FAILED if any(result["error"] for result in results) else OK


def _as_text(entry: dict) -> str:
    if entry["error"]:
        return f"{entry['path']!r}: error: {entry['error']}"
    if not entry["faces"]:
        return f"{entry['path']!r}: unsure: no frontal face found"
    lines = []
    for face in entry["faces"]:
        reason = f" ({face['reason']})" if face["reason"] else ""
        lines.append(f"{entry['path']!r}: {face['verdict']} P(fake)={face['p_fake']:.3f}{reason}")
    return "\n".join(lines)


def _evaluate(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from core.evaluation.folder import load_split, report, score_faces
    from core.inference.photo import load_calibration
    from core.inference.predictor import load_predictor

    index, faces = load_split(args.data, args.split)
    with tqdm(total=len(faces), unit="face", disable=args.json) as bar:
        scores = score_faces(faces, load_predictor(), bar.update)
    figures = report(scores, load_calibration())
    figures["skipped"] += len(index.unreadable)
    if args.json:
        print(json.dumps(figures, indent=2))
    else:
        _print_figures(figures)
    return OK


def _print_figures(figures: dict) -> None:
    for name, value in figures.items():
        if name in ("by_source", "by_pair"):
            print(f"\n{name.replace('_', ' ')}:")
            for key, inner in value.items():
                auc = f"  ROC AUC {inner['roc_auc']:.3f}" if inner.get("roc_auc") else ""
                print(f"  {key:28} n {inner['n']:6}  accuracy {inner['accuracy']:.3f}{auc}")
        else:
            print(f"{name:20} {_short(value)}")


def _short(value) -> str:
    if isinstance(value, list):
        return " to ".join(map(_short, value))
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _train(args: argparse.Namespace) -> int:
    from core.training.classifier import train_classifier
    from core.training.recipes import RECIPES

    recipe = RECIPES[args.recipe]
    if args.epochs:
        recipe = replace(recipe, epochs=args.epochs)
    if args.sources:
        recipe = replace(recipe, sources=args.sources)
    train_classifier(args.data, args.out, recipe, resume=args.resume)
    print(f"Done. History, checkpoint and best weights are in {args.out}.")
    return OK


def _publish(args: argparse.Namespace) -> int:
    from core.training.publish import publish

    for line in publish(args.run_dir, args.data, name=args.name):
        print(line)
    return OK
