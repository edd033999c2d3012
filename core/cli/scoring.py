"""The command line's way to a table of verdicts: `classify ... --out results.parquet`."""

import argparse
import json
import sys
import threading
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.common import OK, SOME_FAILED, positive, tell
from core.config import TABLE_SUFFIXES
from core.picture_files import counted, printable
from core.scoring.place import check_place, is_partitioned

if TYPE_CHECKING:
    from tqdm import tqdm

    from core.scoring.folder import FolderRun
    from core.scoring.part import Totals


def add_scoring(classify: argparse.ArgumentParser) -> None:
    """Add the options of folder scoring to `classify`."""
    classify.add_argument(
        "--out",
        type=_table,
        metavar="FILE",
        help="write a table, a row a face: .parquet, .csv or .jsonl; for any number of files",
    )
    classify.add_argument(
        "--resume", action="store_true", help="continue a table that was broken off"
    )
    classify.add_argument(
        "--workers", type=positive, metavar="N", help="processes that judge for --out (all cores)"
    )
    classify.add_argument(
        "--engine",
        default="local",
        choices=["local", "ray"],
        help="what shares out the work for --out: the cores here (local), or a Ray cluster, whose "
        ".parquet is a folder of files",
    )
    classify.add_argument(
        "--address", help="ray: of a cluster that runs, or auto; none starts one here"
    )
    classify.set_defaults(wrong_usage=classify.error)


def scoring_asked(args: argparse.Namespace) -> bool:
    """Whether `classify` is to write a table, or was given options of that."""
    return any((args.out, args.resume, args.workers, args.address, args.engine != "local"))


def path_or_uri(text: str) -> Path | str:
    """A path, or a URI as it was given (a path would lose a slash)."""
    if "://" not in text:  # plain to see, without what reads URIs
        return Path(text)
    from core.inference.uris import is_uri

    return text if is_uri(text) else Path(text)


def _table(text: str) -> Path:
    if Path(text).suffix.lower() not in TABLE_SUFFIXES:
        known = ", ".join(TABLE_SUFFIXES)
        raise argparse.ArgumentTypeError(f"must end in {known}. Received: {text!r}")
    return Path(text)


def check_scoring(args: argparse.Namespace) -> None:
    """Refuse what cannot be done, before anything is loaded or a folder is listed.

    Raises:
        UserError: the table cannot be begun, or gone on with.
    """
    if not args.out:
        args.wrong_usage("--resume, --workers, --engine and --address belong to --out FILE")
    on_ray = args.engine == "ray"
    if args.address and not on_ray:
        args.wrong_usage("--address belongs to --engine ray")
    check_place(args.out, resume=args.resume, as_folder=is_partitioned(args.out, on_ray))


def score_to_file(args: argparse.Namespace, detector: str) -> int:
    """Run `classify` with `--out`.

    Args:
        args: of `classify`, that `check_scoring` let pass.
        detector: the one that looks.

    Returns:
        The exit code.
    """
    from core.scoring.finished import refuse_other_files
    from core.scoring.folder import FolderRun, settings_of

    engine = _engine(args)
    settings = settings_of(
        args.paths, aligned=args.aligned, network=args.network, detector=detector
    )
    on_ray = args.engine == "ray"
    run = FolderRun(args.out, settings, resume=args.resume, partitioned=on_ray)
    if run.finished:
        refuse_other_files(args.out, args.paths)
        print(f"{printable(str(args.out))} is finished already: nothing is left to judge.")
        return OK
    try:
        _judge(run, args.paths, engine)
        totals = run.finish()
    finally:
        run.close()
    _print_totals(args, totals)
    return SOME_FAILED if totals.failed else OK


def _engine(args: argparse.Namespace):
    """What judges chunks of files (see `core.scoring.folder.Engine`)."""
    from core.inference.photo import load_inspector

    load = partial(load_inspector, network=args.network, detector=args.detector)
    if args.engine == "ray":
        from core.scoring.ray_engine import require_ray, score_on_ray

        require_ray()
        options = {"workers": args.workers, "address": args.address}
        return partial(score_on_ray, load=load, aligned=args.aligned, **options)
    from core.runtime import cores
    from core.scoring.workers import score_in_processes

    workers = args.workers or cores()
    return partial(score_in_processes, load=load, workers=workers, aligned=args.aligned)


def _judge(run: "FolderRun", paths: list[Path], engine: Any) -> None:
    """Judge behind a bar with rate and time left."""
    from tqdm import tqdm

    with tqdm(initial=run.done, unit="file", smoothing=0.1) as bar:
        threading.Thread(target=_count, args=(bar, paths), daemon=True).start()

        def tell_above(sentence: str) -> None:
            with bar.external_write_mode(file=sys.stderr):
                tell(sentence)

        for _ in run.judge(paths, engine, tell_above):
            bar.update(run.done - bar.n)
        bar.update(run.done - bar.n)


def _count(bar: "tqdm", paths: list[Path]) -> None:
    """Tell a bar how long the way is; it starts before that is known."""
    from core.scoring.folder import count_files

    bar.total = count_files(paths)


def _print_totals(args: argparse.Namespace, totals: "Totals") -> None:
    if args.json:
        print(json.dumps({"out": str(args.out), **asdict(totals)}))
        return
    failed = f"{totals.failed:,} with an error" if totals.failed else "none with an error"
    print(
        f"{printable(str(args.out))}: {counted(totals.files, 'file')}, "
        f"{counted(totals.faces, 'face')} in {'it' if totals.files == 1 else 'them'}, {failed}."
    )
