"""The main job: a photo in, a verdict for every face in it out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from core.config import ARTIFACTS_DIR, DEFAULT_DETECTOR
from core.errors import UserError
from core.imaging import Photo, decode_image, to_model_input
from core.inference.by_hand import crop_marked
from core.inference.detector import FaceDetector, shared_detector
from core.inference.geometry import Box, Crop, centre_square, clipped, crop_face
from core.inference.networks import DEFAULT, Panel, load_calibration, load_panel
from core.inference.predictor import Predictor
from core.inference.verdict import Calibration, Verdict, decide, sharpness

THUMBNAIL_PX = 256


@dataclass(frozen=True)
class FaceResult:
    """A judged face.

    Attributes:
        box: where the face is, in pixels of the photo.
        thumbnail: the square that was judged: uint8 (256, 256, 3), RGB.
        tensor: the widest view the CNN had: float32 (128, 128, 3) in [0, 1].
        p_fake: calibrated probability that the face is generated.
        verdict: what to make of it.
        opinions: calibrated P(fake) of each network that was asked, by itself.
        marked: how a person framed it (see `core.inference.by_hand`), None if the detector did.
    """

    box: Box
    thumbnail: np.ndarray
    tensor: np.ndarray
    p_fake: float
    verdict: Verdict
    opinions: dict[str, float] = field(default_factory=dict)
    marked: str | None = None


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

    @property
    def no_face(self) -> bool:
        """Whether it was decoded and no face was found: unsure, once."""
        return not self.faces and self.error is None

    @property
    def states(self) -> list[str]:
        """What to count it as: the verdict of each face, "unsure" where there is none."""
        return ["unsure"] if self.no_face else [face.verdict.state for face in self.faces]


class Inspector:
    """Detector, networks and calibrations together; one serves a whole process.

    Attributes:
        panel: the networks that a verdict on a photo stands on.
        live_calibration: of the CNN, for video, fitted on faces put through an imitated webcam.
    """

    def __init__(
        self,
        detector: FaceDetector,
        panel: Panel,
        live_calibration: Calibration,
    ):
        self.detector = detector
        self.panel = panel
        self.live_calibration = live_calibration

    @property
    def calibration(self) -> Calibration:
        """Of the verdict on a photo."""
        return self.panel.calibration

    @property
    def predictor(self) -> Predictor:
        """The CNN, which judges video by itself."""
        return self.panel.parts["cnn"].predictor

    def with_detector(self, detector: FaceDetector) -> "Inspector":
        """The same with another detector."""
        return Inspector(detector, self.panel, self.live_calibration)

    def judge(
        self, photo: Photo, *, aligned: bool = False, boxes: Sequence[Box] = ()
    ) -> tuple[FaceResult, ...]:
        """Judge every face of a photo, in one batch.

        Args:
            photo: the picture.
            aligned: take the whole picture as one face, as in the data sets.
            boxes: faces that a person marked: judge these instead of looking for some.

        Returns:
            The faces, largest first (marked ones in their order); none if none is found.

        Raises:
            UserError: a box lies outside the photo, or is too small.
        """
        return self._judged(photo, aligned, boxes)[0]

    def _judged(
        self, photo: Photo, aligned: bool, marks: Sequence[Box] = ()
    ) -> tuple[tuple[FaceResult, ...], tuple[str, ...]]:
        """The faces, and the detector's notes."""
        notes, boxes, marked = (), list(marks), [None]
        if aligned:
            crops = [centre_square(photo.pixels)]
            boxes = [crops[0].square]
        elif boxes:
            cut = [crop_marked(photo.pixels, box, self.detector.detect) for box in boxes]
            crops, marked = zip(*cut, strict=True)
            boxes = [clipped(box, photo.pixels) for box in boxes]
        else:
            found = self.detector.find(photo.pixels)
            notes = found.notes
            crops = [crop_face(photo.pixels, face) for face in found.faces]
            boxes = [clipped(face.box, photo.pixels) for face in found.faces]
            marked = [None] * len(boxes)
        return self._results(crops, boxes, marked), notes

    def _results(
        self, crops: Sequence[Crop], boxes: Sequence[Box], marked: Sequence[str | None]
    ) -> tuple[FaceResult, ...]:
        if not crops:
            return ()
        odds = self.panel.listen([crop.pixels for crop in crops])
        chances = self.calibration.p_fake(self.panel.joined(odds))
        opinions = self.panel.opinions(odds)
        return tuple(
            self._result(
                box,
                crop,
                float(chances[number]),
                {name: float(each[number]) for name, each in opinions.items()},
                marked[number],
            )
            for number, (box, crop) in enumerate(zip(boxes, crops, strict=True))
        )

    def _result(
        self,
        box: Box,
        crop: Crop,
        p_fake: float,
        opinions: dict[str, float],
        marked: str | None,
    ) -> FaceResult:
        tensor = to_model_input(crop.pixels)
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
        return FaceResult(box, thumbnail, tensor, p_fake, verdict, opinions, marked)

    def judge_file(self, name: str, data: bytes, *, aligned: bool = False) -> PhotoResult:
        """Decode and judge a file; what is wrong with it becomes the result's `error`.

        Args:
            name: shown to the user, never used as a path.
            data: the file's bytes.
            aligned: as in `judge`.
        """
        try:
            photo = decode_image(data)
            faces, notes = self._judged(photo, aligned)
        except UserError as error:
            return PhotoResult(name, error=str(error))
        return PhotoResult(name, photo.width, photo.height, faces, (*photo.notes, *notes))


def load_inspector(
    folder: Path = ARTIFACTS_DIR, *, network: str = DEFAULT, detector: str = DEFAULT_DETECTOR
) -> Inspector:
    """Load everything a verdict needs.

    Args:
        folder: where the artifacts lie.
        network: what the verdict on a photo stands on; see `load_panel`.
        detector: finds the faces; see `shared_detector`.

    Raises:
        UserError: a shipped file is missing or was changed.
    """
    live = load_calibration(folder=folder, live=True)
    return Inspector(shared_detector(detector)[0], load_panel(network, folder), live)
