"""Find faces with OpenCV's Haar cascades (Viola and Jones, CVPR 2001)."""

import math
import threading
from typing import Any

import cv2
import cv2.data
import numpy as np

from core.inference.geometry import LEVEL_FROM_DEG, Box, Face, Found, ffhq_square, merge_boxes

# Chosen on the valid split (`python -m bench.detector`): of the frontal cascades "alt2" finds
# the most faces at the fewest false alarms.
CASCADE = "haarcascade_frontalface_alt2.xml"
AUTHORS_CASCADE = "haarcascade_frontalface_default.xml"
SEARCH_SIDE = 1280  # longer pictures are scaled down to this before the search, in pixels
MIN_SIDE = 32  # smallest face looked for, in pixels of the scaled picture
SCALE_STEP = 1.1
MIN_NEIGHBORS = 4
BORDER_SHARE = 0.1  # a face that fills the picture needs some room around it to be found
SATELLITE_RATIO = 1.5  # a box this much smaller within a head is hair or collar
NEAR_SIDE = 72  # a known face is searched for at this size, in pixels
NEAR_MARGIN = 0.4  # and this far around where it was, as a share of its size
MAX_ROLL_DEG = 30.0  # a larger tilt is a mistaken eye more often than a tilted head
QUICK: dict[str, Any] = {
    "search_side": 480,
    "scale_step": 1.15,
    "min_side": 24,
    "second_opinion": True,
}


class HaarDetector:
    """Finds upright frontal faces. One detector serves all threads, one call at a time."""

    name = "haar"

    def __init__(self, cascade: str = CASCADE):
        """Load the cascades.

        Args:
            cascade: that finds the faces; `AUTHORS_CASCADE` is the one the authors took.
        """
        self._faces = _load_cascade(cascade)
        self._others = _load_cascade(AUTHORS_CASCADE)
        self._eyes = _load_cascade("haarcascade_eye_tree_eyeglasses.xml")
        self._lock = threading.Lock()  # a cascade keeps state while it works

    def find(self, pixels: np.ndarray) -> Found:
        """The faces of a photo, and what may have been missed.

        Args:
            pixels: uint8 (height, width, 3), RGB.
        """
        faces, longest = self.detect(pixels), max(pixels.shape[:2])
        if longest <= SEARCH_SIDE:
            return Found(tuple(faces))
        smallest_px = round(MIN_SIDE * longest / SEARCH_SIDE)
        note = f"The picture is large: faces narrower than {smallest_px} px may have been missed."
        return Found(tuple(faces), (note,))

    def detect(self, pixels: np.ndarray, *, quick: bool = False, **options: Any) -> list[Face]:
        """Find the faces of a picture, largest first.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            quick: search as a video needs it, a few times a second.
            options: of `search`.
        """
        return self.search(pixels, **(QUICK if quick else {}) | options)

    def search(
        self,
        pixels: np.ndarray,
        *,
        search_side: int = SEARCH_SIDE,
        scale_step: float = SCALE_STEP,
        min_side: int = MIN_SIDE,
        second_opinion: bool = False,
    ) -> list[Face]:
        """Find the faces of a picture, largest first.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            search_side: a longer picture is scaled down to this, in pixels.
            scale_step: factor between the sizes looked for; a larger one is faster and misses
                more.
            min_side: smallest face looked for, in pixels of the scaled picture.
            second_opinion: keep only what another cascade takes for a face too, and nothing
                small within the head of a large face. In a video the same pattern on a wall or
                in someone's hair would come up again and again.

        Returns:
            Faces in pixels of the picture; empty if none was found.
        """
        scale = min(1.0, search_side / max(pixels.shape[:2]))
        gray = _scaled_gray(pixels, scale)
        border = round(BORDER_SHARE * min(gray.shape))
        # Not equalized: over a whole picture that turns the faces on a large white wall to mud.
        gray = cv2.copyMakeBorder(gray, *[border] * 4, cv2.BORDER_REPLICATE)
        with self._lock:
            found, votes = self._faces.detectMultiScale2(
                gray,
                scaleFactor=scale_step,
                minNeighbors=MIN_NEIGHBORS,
                minSize=(min_side, min_side),
            )
            boxes = [Box(*map(int, box)) for box in found]
            boxes = [boxes[index] for index in merge_boxes(boxes, list(votes))]
            if second_opinion:
                boxes = drop_satellites([box for box in boxes if self._is_agreed(gray, box)])
            rolls = [self._roll_of(gray, box) for box in boxes]
        faces = [
            Face(_to_picture(box, border, scale), roll)
            for box, roll in zip(boxes, rolls, strict=True)
        ]
        return sorted(faces, key=lambda face: face.box.area, reverse=True)

    def detect_near(self, pixels: np.ndarray, box: Box, roll_deg: float = 0.0) -> Box | None:
        """Find a face again where it was a moment ago; some thirty times as fast as a search.

        Args:
            pixels: uint8 (height, width, 3), RGB.
            box: where it was.
            roll_deg: how far it was turned; a cascade has no use for it.

        Returns:
            Where it is now, or None.
        """
        part, left, top = _around(pixels, box)
        scale = min(1.0, NEAR_SIDE / box.w)
        if min(part.shape[:2]) * scale < NEAR_SIDE // 2:
            return None
        gray = _scaled_gray(part, scale)
        side = box.w * scale
        least, most = round(0.7 * side), round(1.4 * side)
        with self._lock:
            found, votes = self._faces.detectMultiScale2(
                gray,
                scaleFactor=SCALE_STEP,
                minNeighbors=MIN_NEIGHBORS - 1,
                minSize=(least, least),
                maxSize=(most, most),
            )
        if not len(found):
            return None
        x, y, w, h = np.asarray(found[int(np.argmax(votes))]) / scale
        return Box(round(left + x), round(top + y), round(w), round(h))

    def _is_agreed(self, gray: np.ndarray, box: Box) -> bool:
        part, _, _ = _around(gray, box)
        scale = min(1.0, NEAR_SIDE / box.w)
        part, side = cv2.resize(part, None, fx=scale, fy=scale), box.w * scale
        least, most = round(0.65 * side), round(1.5 * side)
        found = self._others.detectMultiScale(
            part, SCALE_STEP, 2, minSize=(least, least), maxSize=(most, most)
        )
        return len(found) > 0

    def _roll_of(self, gray: np.ndarray, box: Box) -> float:
        """Tilt of the line between the eyes, in degrees; 0 where two eyes are not found."""
        upper = gray[box.y : box.y + round(box.h * 0.6), box.x : box.x + box.w]
        least = max(8, box.w // 8)
        eyes = self._eyes.detectMultiScale(upper, 1.1, 4, minSize=(least, least))
        return roll_between_eyes([Box(*map(int, eye)) for eye in eyes], box.w)


def roll_between_eyes(eyes: list[Box], face_width: int) -> float:
    """Tilt of a head by its eyes, in degrees clockwise; 0 where the eyes make no sense.

    Args:
        eyes: boxes relative to the face's box.
        face_width: width of the face's box, in pixels.
    """
    centres = [(eye.x + eye.w / 2, eye.y + eye.h / 2) for eye in eyes]
    lefts = [centre for centre in centres if centre[0] < face_width / 2]
    rights = [centre for centre in centres if centre[0] >= face_width / 2]
    if len(lefts) != 1 or len(rights) != 1:
        return 0.0
    (x0, y0), (x1, y1) = lefts[0], rights[0]
    if not 0.25 * face_width <= math.hypot(x1 - x0, y1 - y0) <= 0.65 * face_width:
        return 0.0
    roll = math.degrees(math.atan2(y1 - y0, x1 - x0))
    return roll if LEVEL_FROM_DEG <= abs(roll) <= MAX_ROLL_DEG else 0.0


def drop_satellites(boxes: list[Box]) -> list[Box]:
    """Drop boxes that lie in the head of a face more than `SATELLITE_RATIO` times as wide."""

    def is_satellite(box: Box, other: Box) -> bool:
        head = ffhq_square(other)
        x, y = box.x + box.w / 2, box.y + box.h / 2
        within = head.x < x < head.x + head.w and head.y < y < head.y + head.h
        return within and box.w * SATELLITE_RATIO < other.w

    return [box for box in boxes if not any(is_satellite(box, other) for other in boxes)]


def _around(picture: np.ndarray, box: Box) -> tuple[np.ndarray, int, int]:
    """The part of a picture around a box, and where it begins: left and top."""
    margin = round(NEAR_MARGIN * box.w)
    left, top = max(0, box.x - margin), max(0, box.y - margin)
    return picture[top : box.y + box.h + margin, left : box.x + box.w + margin], left, top


def _scaled_gray(pixels: np.ndarray, scale: float) -> np.ndarray:
    """A picture scaled down (`scale` <= 1) and without colour: uint8 (h', w')."""
    if scale < 1:
        height, width = pixels.shape[:2]
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def _to_picture(box: Box, border: int, scale: float) -> Box:
    """From the searched picture's pixels to the original's."""
    x, y = (box.x - border) / scale, (box.y - border) / scale
    return Box(round(x), round(y), round(box.w / scale), round(box.h / scale))


def _load_cascade(name: str) -> cv2.CascadeClassifier:
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + name)
    if cascade.empty():
        raise RuntimeError(f"OpenCV's {name} is missing: install opencv-python-headless < 5.")
    return cascade
