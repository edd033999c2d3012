"""Draw the boxes and verdicts of faces on a frame."""

from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from core.inference.colors import CLASS_COLORS
from core.inference.live.states import LiveFrame, TrackState
from core.inference.verdict import SHORT_WORDS, percent

GHOST_S = 0.3  # a face that was not found for longer gets no box


def draw_tracks(frame: LiveFrame) -> np.ndarray:
    """Draw each face's box and verdict.

    Args:
        frame: a judged frame; its pixels are not changed.

    Returns:
        uint8 (height, width, 3), RGB.
    """
    pixels = frame.pixels.copy()
    line = max(2, round(min(pixels.shape[:2]) / 200))
    for track in frame.tracks:
        if track.lost_s > GHOST_S:
            continue
        box, color = track.box, ImageColor.getrgb(CLASS_COLORS[track.verdict.state])
        corners = (box.x, box.y), (box.x + box.w - 1, box.y + box.h - 1)
        cv2.rectangle(pixels, *corners, color, line)
        _put_label(pixels, track)
    return pixels


def label_of(track: TrackState) -> str:
    """The label of a track, as in "1 generated · P(fake) 97%"."""
    chance = f" · P(fake) {percent(track.p_fake)}" if track.p_fake is not None else ""
    return f"{track.number} {SHORT_WORDS[track.verdict.state]}{chance}"


def _put_label(pixels: np.ndarray, track: TrackState) -> None:
    height, width = pixels.shape[:2]
    size_px = max(11, round(min(height, width) / 28))
    label = _label(label_of(track), CLASS_COLORS[track.verdict.state], size_px)
    label = label[:height, :width]
    high, wide = label.shape[:2]
    box = track.box
    x = max(0, min(box.x, width - wide))
    y = box.y - high if box.y >= high else min(box.y + box.h, height - high)
    pixels[y : y + high, x : x + wide] = label


@lru_cache(maxsize=512)
def _label(text: str, color: str, size_px: int) -> np.ndarray:
    """A line of white text on a colour: uint8 (h, w, 3); cached, as rendering text is slow."""
    font = ImageFont.load_default(size_px)
    left, top, right, bottom = font.getbbox(text)
    pad = max(2, size_px // 4)
    size = (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad)
    image = Image.new("RGB", size, color)
    ImageDraw.Draw(image).text((pad - left, pad - top), text, font=font, fill="white")
    return np.asarray(image)
