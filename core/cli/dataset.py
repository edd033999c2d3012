"""`python -m core dataset demo | download | paint | info`."""

import argparse
import json
from functools import partial
from pathlib import Path

from core.cli.common import OK, Commands, bar_of, decimal, refuse_missing, whole
from core.errors import UserError, WrongUsage
from core.generators import GENERATORS

PROBED_PER_CLASS = 1000
SHOWN_BAD = 5
PAINTED_FROM = 4_000_000  # far from the seeds of the data sets' faces and of what pages paint


def add_dataset(commands: Commands) -> None:
    """Add the command and its own commands to the parser's."""
    dataset = commands.add_parser("dataset", help="get a data set, or look into one")
    actions = dataset.add_subparsers(required=True, metavar="action")

    demo = actions.add_parser("demo", help="make a small data set from installed packages")
    demo.add_argument("--out", type=Path, metavar="DIR", help="where (a folder of the cache)")
    demo.add_argument("--count", type=whole, metavar="N", help="faces a class (40 to 400)")
    demo.set_defaults(run=_demo)

    download = actions.add_parser("download", help="fetch the 140k set, or a sample, from Kaggle")
    download.add_argument("--sample", type=whole, metavar="N", help="only N faces a class")
    download.add_argument("--out", type=Path, metavar="DIR", help="folder for the sample")
    download.add_argument("--seed", type=whole, default=0, metavar="S", help="of the sample")
    download.set_defaults(run=_download)

    _add_paint(actions)
    frame = actions.add_parser("frame", help="real faces framed alike, for a DCGAN to learn from")
    frame.add_argument("data", type=Path, metavar="DIR")
    frame.add_argument("--out", type=Path, metavar="DIR", required=True, help="a new folder")
    frame.set_defaults(run=_frame)

    info = actions.add_parser("info", help="count, probe for shortcuts, find duplicates")
    info.add_argument("data", type=Path, metavar="DIR")
    info.add_argument("--json", action="store_true", help="print JSON")
    info.add_argument(
        "--augmented",
        metavar="RECIPE",
        help="only probe the training faces as this recipe draws and changes them",
    )
    info.set_defaults(run=_info)


def _add_paint(actions: Commands) -> None:
    paint = actions.add_parser("paint", help="add generated faces to a data set")
    paint.add_argument("--out", type=Path, metavar="DIR", required=True, help="a new folder")
    paint.add_argument("--count", type=whole, metavar="N", default=900, help="faces (900)")
    paint.add_argument(
        "--seed", type=whole, metavar="S", default=PAINTED_FROM, help="the first one"
    )
    paint.add_argument(
        "--psi", type=decimal, nargs=2, default=(0.9, 1.1), metavar=("LOW", "HIGH"),
        help="truncation, drawn evenly; 1 is none",
    )  # fmt: skip
    paint.add_argument("--source", default="untruncated", metavar="NAME")
    paint.add_argument("--generator", default="mobilestylegan", choices=GENERATORS)
    paint.add_argument(
        "--run", type=Path, dest="run_dir", metavar="RUN_DIR",
        help="the DCGAN: epochs stored in a training run, not those shipped",
    )  # fmt: skip
    paint.add_argument("--epoch", type=whole, metavar="N", help="a stored epoch of the DCGAN")
    paint.add_argument(
        "--variants", type=whole, default=0, metavar="N",
        help="the DCGAN: paint with N generators between two stored epochs, perturbed a little",
    )  # fmt: skip
    paint.add_argument(
        "--beside", type=Path, metavar="DATA", help="data set whose files DIR shows too, by links"
    )
    paint.set_defaults(run=_paint)


def _frame(args: argparse.Namespace) -> int:
    refuse_missing(data=args.data)
    from core.dataset.framing import frame_faces

    for line in frame_faces(args.data, args.out):
        print(line)
    return OK


def _demo(args: argparse.Namespace) -> int:
    from core.dataset.sources.demo import DEMO_DIR, PER_CLASS, build_demo

    with bar_of("face") as show:
        folder = build_demo(args.out or DEMO_DIR, args.count or PER_CLASS, show)
    print(f"The demo set is in {folder}")
    return OK


def _download(args: argparse.Namespace) -> int:
    from core.dataset.sources.kaggle import download_all, download_sample

    if args.sample is None:
        if args.out:
            raise WrongUsage(
                "--out goes with --sample. The whole set lands in kagglehub's folder; name another "
                "in the environment variable KAGGLEHUB_CACHE."
            )
        folder = download_all()
    else:
        with bar_of("face") as show:
            folder = download_sample(args.sample, args.out, args.seed, show)
    print(f"The data set is in {folder}")
    return OK


def _paint(args: argparse.Namespace) -> int:
    refuse_missing(args.run_dir, data=args.beside)
    from core.dataset.index import index_folder
    from core.dataset.sources.painted import link_faces, paint_faces
    from core.picture_files import RECORD_FILE

    generators = _painters(args)
    if args.beside is not None:
        link_faces(index_folder(args.beside), args.out)
    numbers = {"first_seed": args.seed, "count": args.count, "psi": tuple(args.psi)}
    run = args.run_dir.resolve().name if args.run_dir else ""
    with bar_of("face") as show:
        paint_faces(args.out, generators, source=args.source, run=run, **numbers, progress=show)
    print(
        f"{args.count} faces of {generators[0].name} are in {args.out}; how each was made is in "
        f"{RECORD_FILE} there."
    )
    return OK


def _painters(args: argparse.Namespace) -> list:
    from core.generators import load_generator
    from core.generators.dcgan import load_dcgan, snapshot_name
    from core.generators.variants import make_variants, shipped_epochs

    if args.variants < 0:
        raise WrongUsage(f"--variants takes a number above 0. Received: {args.variants}")
    chosen = args.epoch is not None, bool(args.variants)
    if args.generator != "dcgan" and (any(chosen) or args.run_dir):
        raise WrongUsage("--run, --epoch and --variants go with --generator dcgan.")
    if all(chosen):
        raise WrongUsage("Choose one of --epoch and --variants.")
    if args.run_dir:
        return _painters_of_run(args)
    if args.variants:
        return make_variants(args.variants, shipped_epochs())
    if args.epoch is None:
        return [load_generator(args.generator)]
    return [load_dcgan(snapshot_name(args.epoch))]


def _painters_of_run(args: argparse.Namespace) -> list:
    from core.generators.variants import make_variants
    from core.training.gan.stored_run import StoredRun

    run = StoredRun(args.run_dir)
    epochs = run.stored_epochs()
    if args.variants:
        return make_variants(args.variants, [partial(run.snapshot, epoch) for epoch in epochs])
    if args.epoch not in epochs:
        raise UserError(
            f"--run needs --variants or --epoch, one of {', '.join(map(str, epochs))}. "
            f"Received: {args.epoch}"
        )
    return [run.generator(args.epoch)]


def _augmented(args: argparse.Namespace) -> int:
    from core.dataset.index import index_folder
    from core.training.mixture import mixture_of, probe_mixture

    mixture = mixture_of(index_folder(args.data), args.augmented)
    with bar_of("face", args.json) as show:
        areas = probe_mixture(mixture, 2 * PROBED_PER_CLASS, show)
    if args.json:
        print(json.dumps({"folder": str(args.data), "augmented_property_roc_auc": areas}, indent=2))
    else:
        _print_areas(areas)
    return OK


def _info(args: argparse.Namespace) -> int:
    refuse_missing(data=args.data)
    if args.augmented:
        return _augmented(args)
    from core.dataset.duplicates import find_duplicates
    from core.dataset.index_cache import open_index
    from core.dataset.properties import measure, sample, shortcuts

    with bar_of("header", args.json) as show:
        index = open_index(args.data, progress=show)
    with bar_of("picture", args.json) as show:
        areas = shortcuts(measure(sample(index.faces, PROBED_PER_CLASS), show).table)
    with bar_of("fingerprint", args.json) as show:
        twins = find_duplicates(index.faces, show)
    counts = index.faces[["split", "label", "source"]].value_counts(sort=False)
    summary = {
        "folder": str(index.root),
        "n": len(index.faces),
        "counts": counts.to_frame("n").reset_index().to_dict("records"),
        "unreadable": index.unreadable.to_dict("records"),
        "notes": list(index.notes),
        "property_roc_auc": areas,
        "duplicates": twins.groups.to_dict("records"),
        "undecodable": [{"path": path, "error": why} for path, why in twins.unreadable.items()],
        "leaking_groups": twins.leaks,
        "contradicting_groups": twins.contradictions,
    }  # fmt: skip
    if args.json:
        print(json.dumps(summary, indent=2))
    else:
        _print_info(summary, counts.to_string(header=False))
    return OK


def _print_info(summary: dict, counts: str) -> None:
    print(f"{summary['n']} readable pictures in {summary['folder']!r}\n{counts}")
    for note in summary["notes"]:
        print(f"Note: {note}")
    bad = summary["unreadable"] + summary["undecodable"]
    for entry in bad[:SHOWN_BAD]:
        print(f"unreadable: {entry['path']!r}: {entry['error']}")
    if len(bad) > SHOWN_BAD:
        print(f"... and {len(bad) - SHOWN_BAD} more that cannot be read")
    _print_areas(summary["property_roc_auc"])
    groups = len({row["group"] for row in summary["duplicates"]})
    print(
        f"\nGroups of duplicates: {groups}, {len(summary['leaking_groups'])} of them across splits"
        f", {len(summary['contradicting_groups'])} with both labels"
    )
    for row in summary["duplicates"][:20]:
        print(f"  {row['group']:4} {row['kind']:10} {row['split']}/{row['label']} {row['path']!r}")


def _print_areas(areas: dict[str, float]) -> None:
    from core.dataset.properties import PROPERTIES, SHORTCUT_AUC

    if not areas:
        print("\nToo few faces of a class to probe for shortcuts.")
        return
    print("\nHow well one property alone tells the classes apart (ROC AUC; 0.5 is not at all):")
    for name, area in areas.items():
        print(f"  {PROPERTIES[name]:20} {area:.3f}{'  a shortcut' * (area >= SHORTCUT_AUC)}")
