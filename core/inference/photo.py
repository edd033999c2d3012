"""The main job: a photo in, a verdict for every face in it out."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.artifacts import read_json
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.imaging import Photo, decode_image, to_model_input
from core.inference.detector import FaceDetector
from core.inference.geometry import Box, Crop, Face, centre_square, crop_face
from core.inference.predictor import Predictor, load_predictor
from core.inference.verdict import Calibration, Verdict, decide, sharpness

THUMBNAIL_PX = 256


@dataclass(frozen=True)
class FaceResult:
    """A judged face.

    Attributes:
        box: where the face is, in pixels of the photo.
        thumbnail: the square that was judged: uint8 (256, 256, 3), RGB.
        tensor: what the network saw: float32 (128, 128, 3) in [0, 1].
        p_fake: calibrated probability that the face is generated.
        verdict: what to make of it.
    """

    box: Box
    thumbnail: np.ndarray
    tensor: np.ndarray
    p_fake: float
    verdict: Verdict


@dataclass(frozen=True)
class PhotoResult:
    """A judged file: its size and faces (perhaps none), or the error. It keeps no photo.

    Attributes:
        name: shown to the user, never used as a path.
        width, height: in pixels, upright; None where the file could not be decoded.
        faces: largest first.
        notes: sentences on what was done to the file that one may not expect.
        error: why there is no verdict, or None.
    """

    name: str
    width: int | None = None
    height: int | None = None
    faces: tuple[FaceResult, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None


class Inspector:
    """Detector, network and calibration together; one serves a whole process."""

    def __init__(self, detector: FaceDetector, predictor: Predictor, calibration: Calibration):
        self.detector = detector
        self.predictor = predictor
        self.calibration = calibration

    def judge(self, photo: Photo, *, aligned: bool = False) -> tuple[FaceResult, ...]:
        """Judge every face of a photo, in one batch.

        Args:
            photo: the picture.
            aligned: take the whole picture as one face, as in the data sets.

        Returns:
            The faces, largest first; none if the detector finds none.
        """
        if aligned:
            crops = [centre_square(photo.pixels)]
            boxes = [crops[0].square]
        else:
            faces = self.detector.detect(photo.pixels)
            crops = [crop_face(photo.pixels, face) for face in faces]
            boxes = [_inside(face, photo) for face in faces]
        if not crops:
            return ()
        tensors = np.stack([to_model_input(crop.pixels) for crop in crops])
        chances = self.calibration.p_fake(self.predictor.log_odds(tensors))
        return tuple(
            self._result(box, crop, tensor, float(chance))
            for box, crop, tensor, chance in zip(boxes, crops, tensors, chances, strict=True)
        )

    def _result(self, box: Box, crop: Crop, tensor: np.ndarray, p_fake: float) -> FaceResult:
        verdict = decide(
            p_fake,
            side_px=min(box.w, box.h),
            sharp=sharpness(tensor),
            outside=crop.outside,
            calibration=self.calibration,
        )
        size = (THUMBNAIL_PX, THUMBNAIL_PX)
        method = cv2.INTER_AREA if crop.square.w > THUMBNAIL_PX else cv2.INTER_CUBIC
        thumbnail = cv2.resize(crop.pixels, size, interpolation=method)
        return FaceResult(box, thumbnail, tensor, p_fake, verdict)

    def judge_file(self, name: str, data: bytes, *, aligned: bool = False) -> PhotoResult:
        """Decode and judge a file; what is wrong with it becomes the result's `error`.

        Args:
            name: shown to the user, never used as a path.
            data: the file's bytes.
            aligned: as in `judge`.
        """
        try:
            photo = decode_image(data)
            faces = self.judge(photo, aligned=aligned)
        except UserError as error:
            return PhotoResult(name, error=str(error))
        return PhotoResult(name, photo.width, photo.height, faces, photo.notes)


def _inside(face: Face, photo: Photo) -> Box:
    """The part of a face's box that lies in the photo (the search looks a little beyond)."""
    x0, y0 = max(0, face.box.x), max(0, face.box.y)
    x1 = min(photo.width, face.box.x + face.box.w)
    y1 = min(photo.height, face.box.y + face.box.h)
    return Box(x0, y0, x1 - x0, y1 - y0)


def load_calibration(folder: Path = ARTIFACTS_DIR) -> Calibration:
    """The shipped calibration.

    Raises:
        UserError: its file is missing or was changed.
    """
    return Calibration(**read_json("classifier_calibration", folder))


def load_inspector(folder: Path = ARTIFACTS_DIR) -> Inspector:
    """Load everything a verdict needs.

    Raises:
        UserError: a shipped file is missing or was changed.
    """
    return Inspector(FaceDetector(), load_predictor(folder), load_calibration(folder))
