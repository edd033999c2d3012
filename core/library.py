"""The library's front door: judge a picture, evaluate a folder, each in one call."""

from functools import lru_cache
from pathlib import Path

from core.config import ARTIFACTS_DIR, DEFAULT_NETWORK
from core.dataset.index import load_split
from core.evaluation.scores import report, score_faces
from core.inference.files import prepare_path
from core.inference.networks import load_panel
from core.inference.photo import Inspector, PhotoResult, load_inspector


def judge(
    picture: bytes | str | Path, *, aligned: bool = False, inspector: Inspector | None = None
) -> PhotoResult:
    """Judge every face of a picture.

    Args:
        picture: the bytes of a picture file, or its path.
        aligned: take the whole picture as one face, as in the data sets.
        inspector: what judges; without one the published networks, loaded once a process.

    Returns:
        The faces with P(fake) and verdict; of a file that cannot be judged the reason, as `error`.

    Raises:
        TypeError: `picture` is none of these, an array of pixels for example.
        UserError: a shipped file is missing or was changed.

    Example:
        >>> result = judge("artifacts/examples/generated_seed910001.jpg")
        >>> [face.verdict.state for face in result.faces]
        ['fake']
        >>> judge(b"no picture").error is None
        False
    """
    if not isinstance(picture, bytes | str | Path):
        raise TypeError(f"`picture` must be bytes or a path. Received: {type(picture).__name__}")
    inspector = inspector or _published(ARTIFACTS_DIR)
    if isinstance(picture, bytes):
        return inspector.judge_file("picture", picture, aligned=aligned)
    return inspector.judge_prepared([prepare_path(str(picture), inspector, aligned=aligned)])[0]


@lru_cache(maxsize=1)
def _published(folder: Path) -> Inspector:
    return load_inspector(folder)


def evaluate(data: str | Path, split: str = "test", *, network: str = DEFAULT_NETWORK) -> dict:
    """Measure the published networks on a folder of aligned faces.

    Args:
        data: in Kaggle's layout, or with `real/` and `fake/` in it.
        split: which, of a folder that has splits.
        network: whose verdict is measured: "both", "cnn" or "second".

    Returns:
        What `python -m core evaluate --json` prints: n, accuracy, roc_auc, ece, by_source, ...

    Raises:
        UserError: the folder cannot be used or has no such split, not one of its files can be
            decoded, or a shipped file is missing or was changed.

    Example:
        >>> figures = evaluate(DATA, "test")  # DATA: a folder with three faces of each class
        >>> figures["n_real"], figures["n_fake"]
        (3, 3)
        >>> 0 <= figures["accuracy"] <= 1
        True
    """
    index, faces = load_split(Path(data), split)
    panel = load_panel(network)
    figures = report(score_faces(faces, panel), panel.calibration)
    figures["skipped"] += len(index.unreadable)
    return figures
