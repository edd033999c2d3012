"""The processing of the 140k set: from a face of 1024 pixels to the bytes of its file.

Found by experiment: these steps turn 83 of 83 FFHQ originals into their Kaggle files, byte for
byte. Another processing shows in the power spectrum alone, so all faces that are added for training
must be processed like this.
"""

import tempfile
from pathlib import Path

import cv2
import numpy as np

from core.damage import jpeg
from core.runtime import DEV_LOCK, not_installed

SIDE_PX = 256
FIRST_QUALITY, SECOND_QUALITY = 95, 75
LIBJPEG = "9e"  # today's libraries round one luma block in fourteen otherwise


def kaggle_form(face: np.ndarray) -> bytes:
    """Process a large face as the data set does.

    Scaled bilinearly without smoothing (from 1024 pixels: the mean of the middle four of each 4x4),
    JPEG 95, decoded, JPEG 75 by IJG's libjpeg 9e, both 4:2:0.

    Args:
        face: uint8 (side, side, 3), RGB; 1024 pixels like the originals, or any side above 256.

    Returns:
        The bytes of a JPEG file, 256x256.

    Raises:
        ValueError: not such an array.
        UserError: the package `jpeglib` is not installed.
    """
    if face.dtype != np.uint8 or face.ndim != 3 or min(face.shape[:2]) <= SIDE_PX:
        raise ValueError(
            "`face` must be uint8 (side, side, 3) with a side above 256. "
            f"Received: dtype={face.dtype}, shape={face.shape}"
        )
    small = cv2.resize(face, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
    return _saved_again(jpeg(small, FIRST_QUALITY))


def _saved_again(pixels: np.ndarray) -> bytes:
    try:
        import jpeglib
    except ImportError as error:
        what = "The package jpeglib, which saves painted faces as the data set's are,"
        raise not_installed(what, DEV_LOCK) from error
    with jpeglib.version(LIBJPEG), tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "face.jpg")  # the library writes to a path only
        jpeg = jpeglib.from_spatial(np.ascontiguousarray(pixels))
        jpeg.samp_factor = "4:2:0"
        jpeg.write_spatial(str(file), qt=SECOND_QUALITY)
        return file.read_bytes()
