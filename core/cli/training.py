"""`python -m core train | publish`: train a network, and ship it."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.artifacts import REGISTRY_FILE
from core.cli.common import OK, Commands, names, positive, refuse_missing, refuse_unused
from core.config import ARTIFACTS_DIR, STRATEGIES
from core.errors import UserError, WrongUsage
from core.sole_writer import sole_writer
from core.training.catalogue import RECIPE_NAMES, RECIPES_OF, recipe_for

# Of these RUN_DIR is a folder of artifacts: what is published there.
_IN_PLACE = ("live", "figures", "bands", "eight-bits")
# Options of `publish` that not everything that is published looks at.
_ONLY_AS = {
    "clips": ("live",),
    "traces": ("second",),
    "inception": ("generator", "original_generator"),
    "only_measure": ("generator",),
}


def add_training(commands: Commands) -> None:
    """Add the commands to the parser's."""
    train = commands.add_parser("train", help="train a network")
    train.add_argument("network", choices=list(RECIPES_OF))
    train.add_argument("--data", required=True, type=Path, metavar="DIR", help="a data set")
    train.add_argument(
        "--out", required=True, type=Path, metavar="RUN_DIR", help="folder of the run, made anew"
    )
    train.add_argument(
        "--epochs", type=positive, metavar="N", help="in all, those before --resume included"
    )
    train.add_argument("--resume", action="store_true", help="continue where a run stopped")
    train.add_argument(
        "--recipe",
        choices=RECIPE_NAMES,
        help="ours by default; not every network has each",
    )
    train.add_argument(
        "--start",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="begin with the weights published in DIR; classifier, traces: or with the best ones "
        "of the run in DIR, or with the mean of several such",
    )
    train.add_argument(
        "--sources", type=names, metavar="A,B", help="use only files named A_... and B_..."
    )
    train.add_argument(
        "--strategy",
        default=STRATEGIES[0],
        choices=STRATEGIES,
        help="classifier, traces: share every step among the devices here (mirrored), or among "
        "the workers in TF_CONFIG (multiworker)",
    )
    train.set_defaults(run=_train, stopped=_stopped)
    _add_publish(commands)


def _add_publish(commands: Commands) -> None:
    publish = commands.add_parser("publish", help="ship a trained run")
    publish.add_argument("run_dir", type=Path, metavar="RUN_DIR")
    publish.add_argument("--data", required=True, type=Path, metavar="DIR")
    publish.add_argument(
        "--as",
        dest="name",
        default="classifier",
        choices=["classifier", "second", *_IN_PLACE, "original", "generator", "original_generator"],
        help="classifier, generator: what the app serves; original...: figures for comparison; "
        "live: calibrate what is published in RUN_DIR for moving pictures; figures: measure it "
        "on test anew; bands: fit its unsure bands to valid anew, then as figures; eight-bits: "
        "round its convolutional networks, if that does no harm on valid",
    )
    publish.add_argument(
        "--clips", type=Path, metavar="DIR", help="live: films in real/ and fake/, one person each"
    )
    publish.add_argument(
        "--traces",
        type=Path,
        metavar="RUN_DIR",
        help="second: a run of `train traces` that judges beside it",
    )
    publish.add_argument(
        "--inception", type=Path, metavar="FILE", help="Inception's graph: measure FID too"
    )
    publish.add_argument(
        "--only-measure",
        action="store_true",
        help="generator: measure the run's stored epochs, newest first, and ship nothing",
    )
    publish.set_defaults(run=_publish)


def _train(args: argparse.Namespace) -> int:
    args.recipe = recipe_for(args.network, args.recipe)
    if args.strategy != STRATEGIES[0] and args.network in ("second", "dcgan"):
        raise WrongUsage("--strategy goes with classifier and traces.")
    refuse_missing(*args.start, data=args.data)
    _refuse_run(args)
    if args.network == "second":
        _train_second(args)
        print(f"Done. History, features and the head are in {args.out}.")
    elif args.network != "dcgan":
        _train_classifier(args)
        print(f"Done. History, checkpoint and best weights are in {args.out}.")
    else:
        _train_dcgan(args)
        print(f"Done. History, checkpoint, samples and snapshots are in {args.out}.")
    return OK


def _stopped(args: argparse.Namespace) -> str:
    from core.training.run_folder import RunFolder

    if RunFolder(args.out).has_history:
        return (
            "Stopped. What finished epochs learned is kept: the same command with --resume goes on "
            "after the last of them."
        )
    return "Stopped before an epoch was finished: the same command with --resume begins anew."


def _refuse_run(args: argparse.Namespace) -> None:
    """Refuse to continue a run that is not there, or to begin one where one is."""
    from core.training.run_folder import RunFolder

    run, alone = RunFolder(args.out), args.strategy != "multiworker"
    if alone:
        run.check_free()
    if alone or args.resume:  # another worker may have begun it just now
        run.check_begun(resume=args.resume)


def _train_classifier(args: argparse.Namespace) -> None:
    from core.training.classifier.recipes import RECIPES
    from core.training.classifier.session import train_classifier

    recipe, devices = _with_options(RECIPES[args.recipe], args), None
    if args.strategy != STRATEGIES[0]:
        from core.training.classifier.devices import load_devices

        devices = load_devices(args.strategy)
    train_classifier(
        args.data, args.out, recipe, start=args.start, resume=args.resume, devices=devices
    )


def _train_second(args: argparse.Namespace) -> None:
    if args.start:
        raise WrongUsage("A second opinion has its own beginning: leave --start out.")
    from core.training.second.session import SecondRecipe, train_second

    train_second(args.data, args.out, _with_options(SecondRecipe(), args), resume=args.resume)


def _train_dcgan(args: argparse.Namespace) -> None:
    if len(args.start) > 1:
        raise WrongUsage("A DCGAN begins with the weights of one folder: give --start one.")
    from core.training.gan.recipes import GAN_RECIPES
    from core.training.gan.session import train_dcgan

    recipe = _with_options(GAN_RECIPES[args.recipe], args)
    start = args.start[0] if args.start else None
    train_dcgan(args.data, args.out, recipe, start=start, resume=args.resume)


def _with_options(recipe: Any, args: argparse.Namespace) -> Any:
    options = {"epochs": args.epochs, "sources": args.sources}
    return replace(recipe, **{name: value for name, value in options.items() if value})


def _publish(args: argparse.Namespace) -> int:
    for option, kinds in _ONLY_AS.items():
        if args.name not in kinds:
            refuse_unused(args, [option], f"--as {' or '.join(kinds)}")
    _refuse_missing(args)
    if args.only_measure:
        return _measure_generator(args)
    # One at a time: another one would change what this one measures beside.
    with sole_writer(args.run_dir if args.name in _IN_PLACE else ARTIFACTS_DIR):
        for line in _published(args):
            print(line)
    return OK


def _refuse_missing(args: argparse.Namespace) -> None:
    if args.name == "live" and args.clips is None:
        raise WrongUsage("A live calibration is fitted on films: name a folder with --clips.")
    published = (args.run_dir / REGISTRY_FILE).exists()  # the classifier can be published anew
    if args.name not in _IN_PLACE and not published:
        from core.training.run_folder import RunFolder

        RunFolder(args.run_dir).settings()  # says in words if there is no run
    given = args.run_dir, args.clips, args.traces, args.inception
    refuse_missing(*given, data=args.data)
    if args.name in _IN_PLACE and args.run_dir.is_dir() and not published:
        raise UserError(
            f"{args.run_dir} is not a folder of published networks: `--as {args.name}` works on "
            "those. Give `artifacts`, or another folder that was published into."
        )


def _published(args: argparse.Namespace) -> Iterator[str]:
    """Publish; a line for each thing done."""
    if args.name.endswith("generator"):
        from core.publishing.generator import publish_dcgan

        options = {"name": args.name, "inception": args.inception}
        return publish_dcgan(args.run_dir, args.data, **options)
    if args.name == "second":
        from core.publishing.second import publish_second

        return publish_second(args.run_dir, args.data, traces_dir=args.traces)
    if args.name == "figures":
        from core.publishing.figures import publish_figures

        return publish_figures(args.data, folder=args.run_dir)
    if args.name == "bands":
        from core.publishing.bands import publish_bands

        return publish_bands(args.data, folder=args.run_dir)
    if args.name == "eight-bits":
        from core.publishing.in_place import publish_in_eight_bits

        return publish_in_eight_bits(args.data, folder=args.run_dir)
    if args.name == "live":
        from core.publishing.live import publish_live

        return publish_live(args.data, args.clips, folder=args.run_dir)
    from core.publishing.classifier import publish

    return publish(args.run_dir, args.data, name=args.name)


def _measure_generator(args: argparse.Namespace) -> int:
    from core.publishing.generator import QUALITY_FILE, measure_run

    for row in measure_run(args.run_dir, args.data, args.inception):
        print(" ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
    print(f"The table of all epochs is {args.run_dir / QUALITY_FILE}.")
    return OK
