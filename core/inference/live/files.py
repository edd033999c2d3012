"""Judge a video file on disk."""

from collections.abc import Callable
from pathlib import Path

from core.config import ARTIFACTS_DIR, DEFAULT_DETECTOR, DEFAULT_NETWORK
from core.errors import UserError
from core.inference.live.judges import load_judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.settings import LiveSettings
from core.inference.live.video import VideoReport, judge_video


def judge_video_file(
    source: Path,
    target: Path,
    *,
    progress: Callable[[float | None], object] = lambda share: None,
    detector: str = DEFAULT_DETECTOR,
    network: str = DEFAULT_NETWORK,
    folder: Path = ARTIFACTS_DIR,
) -> VideoReport:
    """Judge a video file with the shipped networks.

    Args:
        source: the video.
        target: the annotated MP4 file; overwritten if it exists.
        progress: see `judge_video`.
        detector: finds the faces; a key of `DETECTORS`.
        network: one of `core.config.NETWORKS`; see `load_judges`.
        folder: of the artifacts.

    Raises:
        UserError: a file cannot be used, or the classifier is missing.
    """
    if source.is_dir():
        raise UserError(f"{source} is a folder. Name one video file.")
    if not source.is_file():
        raise UserError(f"There is no file {source}.")
    if target.suffix.lower() != ".mp4":
        raise UserError(f"The annotated video must be an .mp4 file. Received: {target}")
    if target.is_dir():
        raise UserError(f"{target} is a folder. Name a file for the annotated video.")
    if not target.parent.is_dir():
        raise UserError(f"There is no folder {target.parent} to write to.")
    if target.exists() and target.samefile(source):
        raise UserError("The annotated video would overwrite its source. Choose another --out.")
    settings = LiveSettings(detector=detector)
    pipeline = LivePipeline(load_judges(network, folder), settings=settings)
    scratch = target.with_name(f".{target.name}.part")
    try:
        report = judge_video(source, scratch, pipeline, progress=progress)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    return report
