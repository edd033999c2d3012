"""`python -m core classify | video`: verdicts on photos and on moving pictures."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.common import OK, SOME_FAILED, Commands, is_missing, refuse_missing, tell
from core.cli.scoring import (
    add_scoring,
    check_scoring,
    path_or_uri,
    score_to_file,
    scoring_asked,
)
from core.config import BAR_AFTER_S, DEFAULT_DETECTOR, DEFAULT_NETWORK, DETECTORS, NETWORKS
from core.inference.live.place import check_place
from core.picture_files import NO_FILE

if TYPE_CHECKING:
    from core.inference.live.video import VideoReport
    from core.inference.photo import Inspector

_PERCENT_BAR = "{percentage:3.0f}% {bar} {remaining} left"


def add_judging(commands: Commands) -> None:
    """Add the commands to the parser's."""
    classify = commands.add_parser("classify", help="judge the faces of photos")
    classify.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        type=path_or_uri,
        help="photo or folder; or a URI of one",
    )
    classify.add_argument("--json", action="store_true", help="print JSON")
    classify.add_argument(
        "--aligned", action="store_true", help="each whole image is one aligned face"
    )
    classify.add_argument(
        "--network",
        default=DEFAULT_NETWORK,
        choices=NETWORKS,
        help="what the verdict stands on (both)",
    )
    _add_detector(classify)
    add_scoring(classify)
    classify.set_defaults(run=_classify)

    video = commands.add_parser("video", help="judge the faces of a video")
    video.add_argument("input", type=Path, metavar="IN", help="MP4, MOV, WebM or AVI")
    video.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="OUT.mp4",
        help="the annotated video; a file of that name is replaced",
    )
    video.add_argument("--json", action="store_true", help="print the track report as JSON")
    video.add_argument(
        "--network",
        default=DEFAULT_NETWORK,
        choices=NETWORKS,
        help="what the verdict stands on (both)",
    )
    _add_detector(video)
    video.set_defaults(run=_video)


def _add_detector(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--detector",
        default=DEFAULT_DETECTOR,
        choices=DETECTORS,
        help=f"what finds the faces ({DEFAULT_DETECTOR})",
    )


def _classify(args: argparse.Namespace) -> int:
    if scoring_asked(args):
        check_scoring(args)
    elif all(map(_leads_nowhere, args.paths)):
        return _say_there_is_none(args)
    from core.inference.files import judge_paths
    from core.inference.photo import load_inspector
    from core.inference.report import to_contract

    if scoring_asked(args):
        return score_to_file(args, _tell_of_detector(args.detector))

    def load() -> "Inspector":
        return load_inspector(network=args.network, detector=_tell_of_detector(args.detector))

    results = []
    for result in judge_paths(args.paths, load, aligned=args.aligned, tell=tell):
        results.append(to_contract(result))
        if not args.json:
            print(_as_text(results[-1]))
    if args.json:
        _print_json(results)
    return SOME_FAILED if any(result["error"] for result in results) else OK


def _print_json(entries: list[dict]) -> None:
    """Print entries of the contract; a name that is no text is spelt as tables spell it."""
    from core.picture_files import as_text

    spelt = [{**entry, "path": as_text(entry["path"])} for entry in entries]
    print(json.dumps(spelt, indent=2, ensure_ascii=True))


def _leads_nowhere(path: Path | str) -> bool:
    return isinstance(path, Path) and is_missing(path)  # a URI is asked when its turn comes


def _say_there_is_none(args: argparse.Namespace) -> int:
    """The errors of files that are not there, without a network to judge them."""
    missing = list(dict.fromkeys(map(str, args.paths)))
    if args.json:
        from core.inference.photo import PhotoResult
        from core.inference.report import to_contract

        entries = [to_contract(PhotoResult(path, error=NO_FILE)) for path in missing]
        _print_json(entries)
    else:
        for path in missing:
            print(_as_text({"path": path, "error": NO_FILE}))
    return SOME_FAILED


def _tell_of_detector(name: str) -> str:
    """Say it, once, where another detector has to stand in; the name of the one that looks."""
    from core.inference.detector import shared_detector

    detector, sentence = shared_detector(name)
    if sentence:
        tell(sentence)
    return detector.name


def _as_text(entry: dict) -> str:
    if entry["error"]:
        return f"{entry['path']!r}: error: {entry['error']}"
    if not entry["faces"]:
        return f"{entry['path']!r}: Unsure ({' '.join(entry['notes'])})"
    from core.inference.verdict import WORDS

    lines = []
    for number, face in enumerate(entry["faces"], start=1):
        which = f"face {number}: " if len(entry["faces"]) > 1 else ""
        reason = f" ({face['reason']})" if face["reason"] else ""
        said = f"{WORDS[face['verdict']]}, P(fake) {face['p_fake']:.3f}"
        lines.append(f"{entry['path']!r}: {which}{said}{reason}")
    lines += [f"{entry['path']!r}: note: {note}" for note in entry["notes"]]
    return "\n".join(lines)


def _video(args: argparse.Namespace) -> int:
    refuse_missing(args.input)
    check_place(args.input, args.out)
    from tqdm import tqdm

    from core.inference.live.files import judge_video_file

    _tell_of_detector(args.detector)
    options = {"disable": args.json, "bar_format": _PERCENT_BAR, "delay": BAR_AFTER_S}
    with tqdm(total=100, unit="%", **options) as bar:

        def show(share: float | None) -> None:
            bar.n = round(100 * (share or 0))
            bar.update(0)

        chosen = {"detector": args.detector, "network": args.network}
        report = judge_video_file(args.input, args.out, progress=show, **chosen)
    if args.json:
        print(json.dumps(report.to_contract(), indent=2))
    else:
        _print_tracks(report)
        print(f"The annotated video is {args.out}.")
    if not report.complete:
        print(f"Error: {' '.join(report.notes)}", file=sys.stderr)
    return OK if report.complete else SOME_FAILED


def _print_tracks(report: "VideoReport") -> None:
    for note in report.notes:
        print(note)
    share = report.frames_with_face / max(1, report.frames)
    print(f"{report.frames} frames, {report.fps:.1f} a second, a face in {share:.0%} of them")
    if not report.tracks:
        print("No face was followed. Faces turned far away, covered or very small may be missed.")
    from core.inference.verdict import WORDS

    for track in report.tracks:
        chance = "none" if track.p_fake_mean is None else f"{track.p_fake_mean:.3f}"
        reason = f" ({track.reason})" if track.reason else ""
        print(
            f"face {track.id}: {WORDS[track.verdict]}, P(fake) {chance}, {track.frames} frames, "
            f"{track.flips_per_minute:.1f} flips a minute{reason}"
        )
