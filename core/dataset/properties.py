"""Simple properties of pictures, and how well each alone separates the classes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from core.config import FAKE, IMAGE_SIZE
from core.dataset.index import labels_of
from core.dataset.reading import Unread, read_files
from core.errors import UserError
from core.imaging import decode_image, to_model_input

PROPERTIES = {
    "brightness": "Brightness",
    "contrast": "Contrast",
    "sharpness": "Sharpness",
    "saturation": "Saturation",
    "side_px": "Shorter side (px)",
    "kilobytes": "File size (KB)",
    "bits_a_pixel": "Bits a pixel",
}
SHORTCUT_AUC = 0.70  # from here a property counts as a shortcut
FEW = 20  # with fewer faces of a class no ROC AUC is computed


@dataclass(frozen=True)
class Properties:
    """What was measured on a sample of a data set.

    Attributes:
        table: one row per readable face: label, source, split and the columns of `PROPERTIES`.
        mean_faces: label -> uint8 (128, 128, 3), RGB: the mean of its faces.
        spectra: label -> float64 (64,): mean log10 power at `FREQUENCIES`.
        unreadable: path -> reason.
    """

    table: pd.DataFrame
    mean_faces: dict[str, np.ndarray]
    spectra: dict[str, np.ndarray]
    unreadable: dict[str, str]


def sample(faces: pd.DataFrame, count: int, seed: int = 0) -> pd.DataFrame:
    """Up to `count` faces of each class, drawn at random by `seed`, in the order of the index."""
    parts = [
        rows.sample(min(count, len(rows)), random_state=seed) for _, rows in faces.groupby("label")
    ]
    return pd.concat(parts).sort_index()


def measure(
    faces: pd.DataFrame, progress: Callable[[int, int], object] = lambda done, total: None
) -> Properties:
    """Measure every face of a table.

    Args:
        faces: rows of `DatasetIndex.faces`.
        progress: told how many of how many files are read.

    Raises:
        UserError: none of them can be decoded.
    """
    rows, unreadable = [], {}
    sums: dict[str, np.ndarray] = {}
    powers: dict[str, np.ndarray] = {}
    known = faces[["label", "source", "split"]].to_dict("records")
    for chunk in read_files(list(faces["path"]), _read):
        for found in chunk:
            if isinstance(found, Unread):
                unreadable[found.path] = found.error
                continue
            (figures, small), face = found.value, known[found.number]
            rows.append(face | figures)
            label = face["label"]
            sums[label] = sums.get(label, 0.0) + small
            powers[label] = powers.get(label, 0.0) + radial_spectrum(small)
        progress(chunk[-1].number + 1, len(faces))
    if not rows:
        raise UserError("None of these pictures can be decoded. Check the files of the data set.")
    table = pd.DataFrame(rows)
    counts = table["label"].value_counts()
    means = {name: np.rint(255 * total / counts[name]) for name, total in sums.items()}
    return Properties(
        table,
        {name: mean.astype(np.uint8) for name, mean in means.items()},
        {name: total / counts[name] for name, total in powers.items()},
        unreadable,
    )


def _read(path: str, number: int) -> tuple[dict[str, float], np.ndarray]:
    data = Path(path).read_bytes()
    pixels = decode_image(data).pixels
    return properties_of(pixels, len(data)), to_model_input(pixels)


def properties_of(pixels: np.ndarray, file_bytes: int) -> dict[str, float]:
    """The properties of a picture: the keys of `PROPERTIES`.

    Brightness, contrast and saturation are in [0, 1]; sharpness is the variance of the Laplacian.

    Args:
        pixels: uint8 (height, width, 3), RGB.
        file_bytes: size of its file.
    """
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    saturation = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)[..., 1]
    return {
        "brightness": float(gray.mean() / 255),
        "contrast": float(gray.std() / 255),
        "sharpness": float(cv2.Laplacian(gray, cv2.CV_64F).var()),
        "saturation": float(saturation.mean() / 255),
        "side_px": float(min(pixels.shape[:2])),
        "kilobytes": file_bytes / 1024,
        "bits_a_pixel": 8 * file_bytes / gray.size,
    }


def shortcuts(table: pd.DataFrame, names: Iterable[str] = PROPERTIES) -> dict[str, float]:
    """How well each property alone separates the classes.

    Args:
        table: of `Properties`.
        names: the properties to try.

    Returns:
        Property -> ROC AUC of the better direction, in [0.5, 1], largest first; empty with fewer
        than `FEW` faces of a class.
    """
    from sklearn.metrics import roc_auc_score  # kept out of the start of every page

    fake = labels_of(table) == FAKE
    if min(fake.sum(), (~fake).sum()) < FEW:
        return {}
    areas = {name: float(roc_auc_score(fake, table[name])) for name in names}
    found = {name: max(area, 1 - area) for name, area in areas.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def radial_spectrum(face: np.ndarray) -> np.ndarray:
    """Log power of a face by radial frequency: means over rings of the Fourier plane.

    Generators leave traces at the high end (Durall et al., CVPR 2020; Frank et al., ICML 2020).

    Args:
        face: float32 (128, 128, 3) in [0, 1].

    Returns:
        float64 (64,): log10 power at frequencies 0/128, 1/128, ... cycles a pixel.
    """
    gray = face @ np.array([0.299, 0.587, 0.114], np.float32)
    window = np.hanning(IMAGE_SIZE)
    plane = np.fft.fftshift(np.fft.fft2((gray - gray.mean()) * np.outer(window, window)))
    rings = np.bincount(_RING, weights=(np.abs(plane) ** 2).ravel())[: IMAGE_SIZE // 2]
    return np.log10(rings / _RING_SIZES + 1e-8)


_OFFSETS = np.arange(IMAGE_SIZE) - IMAGE_SIZE // 2
_RING = np.rint(np.hypot(_OFFSETS[:, None], _OFFSETS[None, :])).astype(int).ravel()
_RING_SIZES = np.bincount(_RING)[: IMAGE_SIZE // 2]
FREQUENCIES = np.arange(IMAGE_SIZE // 2) / IMAGE_SIZE  # cycles a pixel
