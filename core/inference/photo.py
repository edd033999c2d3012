"""The main job: a photo in, a verdict for every face in it out."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.artifacts import read_json
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.imaging import Photo, decode_image
from core.inference.detector import FaceDetector
from core.inference.geometry import Box, Crop, centre_square, clipped, crop_face
from core.inference.predictor import Predictor, load_predictor
from core.inference.verdict import Calibration, Verdict, decide, sharpness
from core.inference.views import face_views, mean_log_odds

THUMBNAIL_PX = 256


@dataclass(frozen=True)
class FaceResult:
    """A judged face.

    Attributes:
        box: where the face is, in pixels of the photo.
        thumbnail: the square that was judged: uint8 (256, 256, 3), RGB.
        tensor: the widest view the network had: float32 (128, 128, 3) in [0, 1].
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
    """Detector, network and calibrations together; one serves a whole process.

    Attributes:
        calibration: for photos.
        live_calibration: for video, fitted on faces put through an imitated webcam.
    """

    def __init__(
        self,
        detector: FaceDetector,
        predictor: Predictor,
        calibration: Calibration,
        live_calibration: Calibration,
    ):
        self.detector = detector
        self.predictor = predictor
        self.calibration = calibration
        self.live_calibration = live_calibration

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
            boxes = [clipped(face.box, photo.pixels) for face in faces]
        if not crops:
            return ()
        views = np.stack([face_views(crop.pixels) for crop in crops])
        chances = self.calibration.p_fake(mean_log_odds(self.predictor, views))
        return tuple(
            self._result(box, crop, looks[0], float(chance))
            for box, crop, looks, chance in zip(boxes, crops, views, chances, strict=True)
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


def load_calibration(folder: Path = ARTIFACTS_DIR, *, live: bool = False) -> Calibration:
    """The shipped calibration, for photos or for video.

    Raises:
        UserError: its file is missing or was changed.
    """
    name = "classifier_live_calibration" if live else "classifier_calibration"
    return Calibration(**read_json(name, folder))


def load_inspector(folder: Path = ARTIFACTS_DIR) -> Inspector:
    """Load everything a verdict needs.

    Raises:
        UserError: a shipped file is missing or was changed.
    """
    calibrations = load_calibration(folder), load_calibration(folder, live=True)
    return Inspector(FaceDetector(), load_predictor(folder), *calibrations)
