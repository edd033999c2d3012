"""Pictures made by code that show generated faces, or none."""

import cv2
import numpy as np


def resized(face: np.ndarray, side: int) -> np.ndarray:
    """A square face at another size."""
    method = cv2.INTER_AREA if side < face.shape[0] else cv2.INTER_CUBIC
    return cv2.resize(face, (side, side), interpolation=method)


def pasted(face: np.ndarray, side: int, canvas: np.ndarray, x: int, y: int) -> np.ndarray:
    """A canvas with a face of that side, left corner at (x, y)."""
    canvas = canvas.copy()
    canvas[y : y + side, x : x + side] = resized(face, side)
    return canvas


def plain(width: int, height: int, level: int | tuple[int, int, int]) -> np.ndarray:
    """A canvas of one colour."""
    return np.full((height, width, 3), level, np.uint8)


def noise(width: int, height: int, seed: int = 0) -> np.ndarray:
    """A canvas of noise."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def texture(width: int, height: int, grain: int, seed: int = 0) -> np.ndarray:
    """Smooth noise with blobs of about `grain` pixels."""
    size = max(2, width // grain), max(2, height // grain)
    return cv2.resize(noise(*size, seed), (width, height), interpolation=cv2.INTER_CUBIC)


def turned(face: np.ndarray, side: int, canvas: np.ndarray, roll_deg: float) -> np.ndarray:
    """A canvas with a face in its middle that is turned clockwise."""
    height, width = canvas.shape[:2]
    scale = side / face.shape[0]
    matrix = cv2.getRotationMatrix2D((face.shape[1] / 2, face.shape[0] / 2), -roll_deg, scale)
    matrix[:, 2] += (width - face.shape[1]) / 2, (height - face.shape[0]) / 2
    size, flags = (width, height), cv2.INTER_AREA
    mask = cv2.warpAffine(np.full(face.shape[:2], 255, np.uint8), matrix, size)
    moved = cv2.warpAffine(face, matrix, size, flags=flags)
    return np.where(mask[..., None] > 128, moved, canvas)


def screenshot(faces: list[np.ndarray], avatar: int, level: int) -> tuple[np.ndarray, list]:
    """A phone's screen, 1080x2200, with a round picture of each face and bars for text.

    Returns:
        (uint8 (2200, 1080, 3), (x, y) of the middle of each avatar).
    """
    screen, middles = plain(1080, 2200, level), []
    ink = 200 if level < 128 else 60
    for row, face in enumerate(faces):
        y, x = 80 + row * 210, 40
        disc = cv2.circle(
            np.zeros((avatar, avatar), np.uint8), (avatar // 2,) * 2, avatar // 2, 1, -1
        )
        spot = screen[y : y + avatar, x : x + avatar]
        spot[:] = np.where(disc[..., None] > 0, resized(face, avatar), spot)
        for line in range(3):
            screen[y + 20 + 45 * line : y + 34 + 45 * line, 240 : 940 - 160 * line] = ink
        middles.append((x + avatar / 2, y + avatar / 2))
    return screen, middles


def faceless() -> list[np.ndarray]:
    """Thirty pictures without a face: noise, textures, gradients, discs, bars."""
    rng = np.random.default_rng(1)
    pictures = [noise(500, 400, seed) for seed in range(5)]
    pictures += [texture(700, 500, grain, grain) for grain in (3, 6, 12, 25, 50, 100, 200)]
    ramp = np.linspace(0, 255, 640).astype(np.uint8)
    pictures += [np.repeat(np.tile(ramp, (480, 1))[..., None], 3, axis=2)]
    pictures += [plain(300, 300, level) for level in (0, 127, 255)]
    for _ in range(8):
        canvas = plain(800, 600, tuple(map(int, rng.integers(0, 256, 3))))
        for _ in range(30):
            x, y, a, b = map(int, (*rng.integers(0, 800, 2), *rng.integers(5, 90, 2)))
            color = tuple(map(int, rng.integers(0, 256, 3)))
            cv2.ellipse(canvas, (x, y), (a, b), float(rng.integers(0, 180)), 0, 360, color, -1)
        pictures.append(canvas)
    for width in (4, 9, 20, 40, 80, 160):
        bars = (np.arange(900) // width % 2 * 255).astype(np.uint8)
        pictures.append(np.repeat(np.tile(bars, (600, 1))[..., None], 3, axis=2))
    return pictures
