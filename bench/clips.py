"""Videos for tests and measurements: a still face moved through a made-up scene."""

from collections.abc import Iterator

import cv2
import numpy as np

FACE_SHARE = 0.78  # side of the pasted square, as a share of the frame's height


def moving_face(
    face: np.ndarray,
    *,
    seed: int = 0,
    size: tuple[int, int] = (1280, 720),
    frames: int = 90,
    fps: float = 30.0,
    share: float = FACE_SHARE,
    noise: float = 2.0,
) -> Iterator[np.ndarray]:
    """A face that sways and breathes in front of a drifting background.

    Args:
        face: uint8 (side, side, 3), RGB, aligned as in FFHQ. It is pasted with a soft rim and
            resampled bilinearly at another place in every frame.
        seed: of the background, the path and the noise.
        size: width and height of the frames, in pixels.
        frames: how many.
        fps: frames a second, which sets the pace.
        share: side of the face's square, as a share of the frame's height.
        noise: standard deviation of the sensor's noise, in gray levels.

    Yields:
        uint8 (height, width, 3), RGB.
    """
    rng = np.random.default_rng(seed)
    width, height = size
    scene = _background(rng, width + 80, height + 80)
    side = face.shape[0]
    rim = _soft_rim(side)
    phase = rng.uniform(0, 2 * np.pi, 4)
    pace = rng.uniform(0.25, 0.6, 4) * 2 * np.pi / fps
    shrink = cv2.INTER_AREA if share * height < side else cv2.INTER_LINEAR
    base = cv2.resize(face, [round(share * height)] * 2, interpolation=shrink)
    rim = cv2.resize(rim, base.shape[1::-1])
    for number in range(frames):
        sway = np.sin(phase + pace * number)
        left, top = (round(40 + 40 * s) for s in sway[:2])
        frame = scene[top : top + height, left : left + width].astype(np.float32)
        scale = 1 + 0.04 * sway[2]
        turn = cv2.getRotationMatrix2D([base.shape[1] / 2] * 2, 2.0 * sway[3], scale)
        turn[:, 2] += (
            (width - base.shape[1]) / 2 + 0.06 * width * sway[0],
            (height - base.shape[0]) / 2 + 0.05 * height * sway[1],
        )
        pasted = cv2.warpAffine(base, turn, size, flags=cv2.INTER_LINEAR)
        alpha = cv2.warpAffine(rim, turn, size, flags=cv2.INTER_LINEAR)[..., None]
        frame += alpha * (pasted - frame)
        frame += noise * rng.standard_normal(frame.shape, dtype=np.float32)
        yield np.clip(np.rint(frame), 0, 255).astype(np.uint8)


def _background(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    coarse = rng.integers(70, 190, (6, 9, 3), dtype=np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(6):  # frames of pictures, edges of shelves
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        color = tuple(int(c) for c in rng.integers(40, 220, 3))
        cv2.rectangle(smooth, (x, y), (x + width // 6, y + height // 5), color, 6)
    return smooth


def _soft_rim(side: int) -> np.ndarray:
    """float32 (side, side): 1 inside, falling to 0 at the rim."""
    edge = np.linspace(-1, 1, side, dtype=np.float32) ** 2
    radius = np.maximum(edge[:, None], edge[None, :])
    return np.clip((1 - radius) / 0.12, 0, 1)
