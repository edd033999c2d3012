"""Judge a video file on disk."""

from collections.abc import Callable
from pathlib import Path

from core.config import ARTIFACTS_DIR, DEFAULT_DETECTOR, DEFAULT_NETWORK
from core.inference.live.judges import load_judges
from core.inference.live.pipeline import LivePipeline
from core.inference.live.place import check_place
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
    check_place(source, target)
    settings = LiveSettings(detector=detector)
    pipeline = LivePipeline(load_judges(network, folder), settings=settings)
    scratch = target.with_name(f".{target.name}.part")
    try:
        report = judge_video(source, scratch, pipeline, progress=progress)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    return report
