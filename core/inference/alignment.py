"""Where a face lies by its eyes and mouth, as FFHQ's pictures are cut (Karras et al., 2019)."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

# Where the keypoints lie in an FFHQ picture of 256 px, measured with `core.inference.landmarks`
# on ffhq, stylegan and omi (valid): medians, spread about 2 px.
TEMPLATE = {"right eye": (95, 121), "left eye": (160, 121), "mouth": (127, 186)}
TEMPLATE_SIDE = 256


@dataclass(frozen=True)
class Frame:
    """A square that may be turned.

    Attributes:
        x, y: its middle, in pixels of the picture.
        side: in pixels.
        roll_deg: how far it is turned clockwise, in degrees within (-180, 180].
    """

    x: float
    y: float
    side: float
    roll_deg: float

    def points(self, within: np.ndarray) -> np.ndarray:
        """Places within the square, (..., 2) as shares of its side, as places in the picture."""
        roll = math.radians(self.roll_deg)
        right = np.array([math.cos(roll), math.sin(roll)])
        down = np.array([-math.sin(roll), math.cos(roll)])
        shares = (np.asarray(within, np.float64) - 0.5) * self.side
        return np.array([self.x, self.y]) + shares[..., :1] * right + shares[..., 1:] * down

    def turned(self, quarters: int) -> "Frame":
        """The same square, turned clockwise by so many quarters more."""
        roll_deg = 180 - (180 - self.roll_deg - 90 * quarters) % 360
        return replace(self, roll_deg=roll_deg)


def frame_of(keypoints: np.ndarray) -> Frame:
    """The square FFHQ would cut around a face, by its own recipe (Karras et al., 2019).

    Its side is the larger of 4 times the distance of the eyes and 3.6 times that from eyes to
    mouth, so a turned head keeps its size; "up" is the mean of what both lines say.

    Args:
        keypoints: (6, 2), x and y in pixels of the picture, in BlazeFace's order.

    Raises:
        ValueError: the points are all in one place.
    """
    right, left, _, mouth = (complex(x, y) for x, y in np.asarray(keypoints, np.float64)[:4])
    middle = (right + left) / 2
    across, down = left - right, mouth - middle
    along = across - 1j * down
    side = 2 * max(2.0 * abs(across), 1.8 * abs(down))
    if not (side > 1e-3 and abs(along) > 1e-6):
        raise ValueError("The keypoints are all in one place.")
    centre = middle + 0.1 * down
    return Frame(centre.real, centre.imag, side, math.degrees(np.angle(along)))


def sampled(pixels: np.ndarray, frame: Frame, side: int) -> np.ndarray:
    """What lies in a frame, upright and at another size; areas are averaged where it shrinks.

    Args:
        pixels: uint8 (height, width, 3), RGB; mirrored beyond its edges.
        frame: which part.
        side: of the result, in pixels.

    Returns:
        uint8 (side, side, 3), RGB.
    """
    roll = math.radians(frame.roll_deg)
    reach = math.ceil(frame.side / 2 * (abs(math.cos(roll)) + abs(math.sin(roll)))) + 2
    left, top = math.floor(frame.x) - reach, math.floor(frame.y) - reach
    patch = padded(pixels, left, top, 2 * reach)
    scale = min(1.0, side / frame.side)
    if scale < 1:
        small = max(2, round(2 * reach * scale))
        scale = small / (2 * reach)
        patch = cv2.resize(patch, (small, small), interpolation=cv2.INTER_AREA)
    x, y = (frame.x - left) * scale, (frame.y - top) * scale
    step = frame.side * scale / side
    cos, sin = step * math.cos(roll), step * math.sin(roll)
    half = side / 2
    # from the result's pixel centres to the patch's
    matrix = np.array(
        [
            [cos, -sin, x - 0.5 - (half - 0.5) * (cos - sin)],
            [sin, cos, y - 0.5 - (half - 0.5) * (sin + cos)],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(patch, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REFLECT)


def padded(pixels: np.ndarray, left: int, top: int, side: int) -> np.ndarray:
    """A square that may reach over the edges, filled by mirroring at them.

    Raises:
        ValueError: nothing of it lies in the picture.
    """
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + side), min(height, top + side)
    if x1 <= x0 or y1 <= y0:
        raise ValueError(f"The square lies outside the picture. Received: left={left}, top={top}")
    inside = pixels[y0:y1, x0:x1]
    pads = (y0 - top, top + side - y1, x0 - left, left + side - x1)
    # numpy mirrors as often as needed; OpenCV refuses a border wider than the picture
    return np.pad(inside, (pads[:2], pads[2:], (0, 0)), mode="symmetric")
