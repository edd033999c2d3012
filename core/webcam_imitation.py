"""What a webcam or a phone does to a face on its way to us, imitated on a still picture."""

from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np

from core.damage import blurred, jpeg, to_uint8

CODEC_SIDE_STEP = 2  # H.264 with 4:2:0 colour needs even sides


@dataclass(frozen=True)
class Webcam:
    """Random capture, in the order of a camera: light, lens, sensor, processing, codec.

    Attributes:
        min_side, max_side: side of the face's square in the frame, in pixels.
        max_noise: standard deviation of the sensor's noise in the dark, in gray levels.
        crf: range of H.264's constant rate factor; higher is coarser.
        jpeg_quality: range of a motion-JPEG camera.
    """

    min_side: int = 96
    max_side: int = 256
    max_noise: float = 9.0
    crf: tuple[int, int] = (17, 34)
    jpeg_quality: tuple[int, int] = (45, 93)

    def __call__(self, pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Film a face.

        Args:
            pixels: uint8 (side, side, 3), RGB.
            rng: the only source of chance.

        Returns:
            uint8 (side', side', 3), RGB, `min_side` <= side' <= `max_side` and even.
        """
        side = np.exp(rng.uniform(np.log(self.min_side), np.log(self.max_side)))
        side = int(side) // CODEC_SIDE_STEP * CODEC_SIDE_STEP
        light = _light(pixels.astype(np.float32), rng)
        seen = cv2.resize(_lens(light, rng), (side, side), interpolation=cv2.INTER_AREA)
        raw = _sensor(seen, rng, self.max_noise)
        frame = to_uint8(_processing(raw, rng))
        way = rng.random()
        if way < 0.4:
            frame = jpeg(frame, int(rng.integers(*self.jpeg_quality)))
        if way > 0.25:
            frame = _film(frame, rng, int(rng.integers(*self.crf)))
        return frame


def _light(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure, gamma and white balance; float32 in [0, 255]."""
    gamma = np.exp(rng.uniform(-0.45, 0.5))
    gain = rng.uniform(0.55, 1.25) * rng.uniform(0.9, 1.1, size=3)
    bright = 255 * (values / 255) ** gamma * gain
    return np.clip(bright, 0, 255).astype(np.float32)


def _lens(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.5:
        return values
    return blurred(values, rng.uniform(0.3, 1.6))


def _sensor(values: np.ndarray, rng: np.random.Generator, max_noise: float) -> np.ndarray:
    """Noise that is stronger in the dark and, after the colour mosaic, a little smooth."""
    noise = rng.standard_normal(values.shape, dtype=np.float32)
    if rng.random() < 0.5:
        noise = 1.6 * cv2.GaussianBlur(noise, (3, 3), 0.7)
    level = max_noise * rng.random() ** 2 * (1.2 - values / 255)
    return np.clip(values + noise * level, 0, 255)


def _processing(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What the camera's own chip adds: noise reduction, then sharpening."""
    if rng.random() < 0.4:
        values = cv2.bilateralFilter(values, 5, rng.uniform(5, 30), rng.uniform(0.8, 2.0))
    if rng.random() < 0.5:
        soft = blurred(values, rng.uniform(0.6, 1.6))
        values = values + rng.uniform(0.2, 1.3) * (values - soft)
    return values


def _film(pixels: np.ndarray, rng: np.random.Generator, crf: int) -> np.ndarray:
    """The last of one to three frames in which the picture moves a little."""
    side, reach = pixels.shape[0], 2
    wide = cv2.copyMakeBorder(pixels, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    starts = rng.integers(0, 2 * reach + 1, size=(int(rng.integers(1, 4)), 2))
    frames = [np.ascontiguousarray(wide[y : y + side, x : x + side]) for y, x in starts]
    return h264(frames, crf)[-1]


def h264(frames: list[np.ndarray], crf: int) -> list[np.ndarray]:
    """Encode frames as H.264 with 4:2:0 colour and decode them again.

    Args:
        frames: uint8 (h, w, 3), RGB, all of one size with even sides.
        crf: constant rate factor, 0 (lossless) to 51.

    Returns:
        As many frames of the same shape.
    """
    height, width = frames[0].shape[:2]
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.thread_count = Fraction(1, 30), 1
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": str(crf)}
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    packets = []
    for pixels in frames:
        packets += encoder.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24"))
    packets += encoder.encode(None)
    decoded = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
    return [frame.to_ndarray(format="rgb24") for frame in decoded]
