"""Prepare real faces for training a generator: framed alike, and only frontal ones."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.atomic import write_atomically
from core.config import IMAGE_SIZE
from core.dataset.index import NO_SPLIT, index_folder
from core.dataset.real_faces import CROPS, framed
from core.errors import UserError
from core.imaging import decode_image
from core.inference.alignment import Frame, frame_of, sampled
from core.inference.landmarks import FaceMesh
from core.picture_files import FRAMING_FILE

# Middle and side of a framed picture, as shares of the frame that FFHQ would cut.
MIDDLE, PART = (0.5, 154 / 256), 200 / 256
WHOLE = {"celeba"}  # sources that are framed so already
SURE = 0.5  # least score of the face mesh
TURNED = 0.35  # offset of the nose from the middle of the eyes over their distance: half profile
BEYOND = 0.04  # share of the frame's side that may lie outside the picture, filled by mirroring
JPEG_QUALITY = 95


@dataclass(frozen=True)
class _Judged:
    """Attributes: face: uint8 (128, 128, 3), RGB, or None; why: the reason it was left out."""

    face: np.ndarray | None
    why: str = ""


def frame_faces(data: Path, out: Path) -> Iterator[str]:
    """Write the real faces of a folder framed alike, without turned or unclear ones.

    Args:
        data: a folder as `core.dataset.index.index_folder` takes it.
        out: a new folder, in the same layout; `FRAMING_FILE` in it counts what was left out.

    Yields:
        A sentence for each split.

    Raises:
        UserError: the folder cannot be read or written, or the face mesh is not installed.
    """
    if (out / FRAMING_FILE).exists() or (out.exists() and any(out.iterdir())):
        raise UserError(f"{out} is not empty. Choose another --out.")
    table = index_folder(data).faces
    table, framer, left_out = table[table["label"] == "real"], _Framer(), Counter()
    if not len(table):
        raise UserError(f"{data} has no readable real face. Name a folder with train/real/.")
    for split, rows in table.groupby("split"):
        folder = out / ("" if split == NO_SPLIT else split) / "real"
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(2) as pool:
            judged = pool.map(framer.judge, rows["path"], rows["source"])
            for path, source, result in zip(rows["path"], rows["source"], judged, strict=True):
                if result.face is None:
                    left_out[f"{source}: {result.why}"] += 1
                    continue
                flags = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
                _, coded = cv2.imencode(".jpg", result.face[..., ::-1], flags)
                write_atomically(folder / f"{Path(path).stem}.jpg", coded.tobytes())
        yield f"{split}: {len(list(folder.iterdir()))} of {len(rows)} faces."
    told = {"left_out": dict(sorted(left_out.items())), "turned": TURNED, "beyond": BEYOND}
    write_atomically(out / FRAMING_FILE, json.dumps(told, indent=2).encode())


class _Framer:
    def __init__(self):
        self._mesh = FaceMesh()

    def judge(self, path: str, source: str) -> _Judged:
        """Frame one picture, or give the reason why not."""
        try:
            pixels = decode_image(Path(path).read_bytes()).pixels
        except (UserError, OSError):
            return _Judged(None, "unreadable")
        height, width = pixels.shape[:2]
        aligned = source in CROPS or source in WHOLE
        whole = Frame(width / 2, height / 2, width, 0.0)
        start = ffhq_frame(width) if source in WHOLE else whole
        seen = self._mesh.look(pixels, start) if aligned else self._mesh.placed(pixels, start)
        if seen is None or seen[1] < SURE:
            return _Judged(None, "no clear face")
        if _turn(seen[0]) > TURNED:
            return _Judged(None, "turned")
        if aligned:
            return _Judged(framed(pixels, source))
        try:
            frame = frame_of(seen[0])
        except ValueError:
            return _Judged(None, "no clear face")
        x, y = frame.points(np.array(MIDDLE))
        part = Frame(x, y, frame.side * PART, frame.roll_deg)
        corners = part.points(np.array([(0, 0), (0, 1), (1, 0), (1, 1)]))
        least, most = corners.min(axis=0), corners.max(axis=0) - (width, height)
        if max(*-least, *most) > BEYOND * part.side:
            return _Judged(None, "cut too tightly")
        return _Judged(sampled(pixels, part, IMAGE_SIZE))


def ffhq_frame(side_px: float) -> Frame:
    """The frame that FFHQ would cut, in a picture of `side_px` pixels that is framed as here."""
    x, y = (side_px * (0.5 + (0.5 - middle) / PART) for middle in MIDDLE)
    return Frame(x, y, side_px / PART, 0.0)


def _turn(keypoints: np.ndarray) -> float:
    """How far the nose lies beside the middle of the eyes, over the distance of the eyes."""
    right, left, nose = keypoints[:3]
    across = left - right
    length = max(float(np.linalg.norm(across)), 1e-6)
    return float(abs((nose - (right + left) / 2) @ across) / length**2)
