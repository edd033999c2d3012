"""The main job: a photo in, a verdict for every face in it out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from core.config import ARTIFACTS_DIR, DEFAULT_DETECTOR, DEFAULT_NETWORK
from core.errors import UserError
from core.imaging import Photo, decode_image, to_model_input
from core.inference.aligned import centre_square
from core.inference.by_hand import crop_marked
from core.inference.detector import FaceDetector, shared_detector
from core.inference.geometry import Box, Crop, clipped, crop_face
from core.inference.networks import Panel, load_calibration, load_panel
from core.inference.predictor import Predictor
from core.inference.reading_order import reading_order
from core.inference.verdict import Calibration, Condition, State, Verdict, decide
from core.provenance.claim import Claim
from core.provenance.read import provenance_of

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
        faces: in reading order, then those that a person marked.
        notes: sentences on what was done to the file that one may not expect.
        error: why there is no verdict, or None.
        provenance: what the file says of itself; no verdict depends on it.
    """

    name: str
    width: int | None = None
    height: int | None = None
    faces: tuple[FaceResult, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None
    provenance: tuple[Claim, ...] = ()

    @property
    def no_face(self) -> bool:
        """Whether it was decoded and no face was found: unsure, once."""
        return not self.faces and self.error is None

    @property
    def states(self) -> list[str]:
        """What to count it as: the verdict of each face, "unsure" where there is none."""
        return [State.UNSURE] if self.no_face else [face.verdict.state for face in self.faces]


@dataclass(frozen=True)
class Cut:
    """The faces of a photo before they are judged.

    Attributes:
        crops, boxes, marked: of each face, as in `FaceResult`.
        notes: the detector's.
    """

    crops: tuple[Crop, ...] = ()
    boxes: tuple[Box, ...] = ()
    marked: tuple[str | None, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A file of which only the verdicts are missing.

    Attributes: its result without faces, and the faces to judge.
    """

    result: PhotoResult
    cut: Cut = Cut()


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
        return self.panel.predictor

    def with_detector(self, detector: FaceDetector) -> "Inspector":
        """The same with another detector."""
        return Inspector(detector, self.panel, self.live_calibration)

    def with_network(self, name: str) -> "Inspector":
        """The same with a verdict that stands on another network.

        Args:
            name: "both", "cnn" or "second"; what is not there leaves all as it is.
        """
        if name not in self.panel.parts:
            return self
        return Inspector(self.detector, self.panel.only(name), self.live_calibration)

    def judge(
        self, photo: Photo, *, aligned: bool = False, boxes: Sequence[Box] = ()
    ) -> tuple[FaceResult, ...]:
        """Judge every face of a photo, in one batch.

        Args:
            photo: the picture.
            aligned: take the whole picture as one face, as in the data sets.
            boxes: faces that a person marked: judge these instead of looking for some.

        Returns:
            The faces in reading order (marked ones in their order); none if none is found.

        Raises:
            UserError: a box lies outside the photo, or is too small.
        """
        return self._results([self._cut(photo, aligned, boxes)])[0]

    def _cut(self, photo: Photo, aligned: bool, marks: Sequence[Box] = ()) -> Cut:
        """Find and crop the faces."""
        if aligned:
            whole = centre_square(photo.pixels)
            return Cut((whole,), (whole.square,), (None,))
        if marks:
            cut = [crop_marked(photo.pixels, box, self.detector.detect) for box in marks]
            crops, marked = zip(*cut, strict=True)
            return Cut(crops, tuple(clipped(box, photo.pixels) for box in marks), marked)
        found = self.detector.find(photo.pixels)
        faces = [found.faces[at] for at in reading_order([face.box for face in found.faces])]
        return Cut(
            tuple(crop_face(photo.pixels, face) for face in faces),
            tuple(clipped(face.box, photo.pixels) for face in faces),
            (None,) * len(faces),
            found.notes,
        )

    def _results(self, cuts: Sequence[Cut]) -> list[tuple[FaceResult, ...]]:
        """Judge the faces of several photos in one batch."""
        found = [
            each for cut in cuts for each in zip(cut.crops, cut.boxes, cut.marked, strict=True)
        ]
        if not found:
            return [()] * len(cuts)
        heard = self.panel.listen([crop.pixels for crop, _, _ in found])
        chances = self.calibration.p_fake(self.panel.joined(heard.log_odds))
        tensors = [to_model_input(crop.pixels) for crop, _, _ in found]
        conditions = self.panel.noted(
            [
                Condition.of(tensor, min(box.w, box.h), crop.outside)
                for tensor, (crop, box, _) in zip(tensors, found, strict=True)
            ],
            heard,
        )
        faces = (
            self._result(crop, box, mark, tensor, float(p_fake), condition)
            for (crop, box, mark), tensor, p_fake, condition in zip(
                found, tensors, chances, conditions, strict=True
            )
        )
        return [tuple(islice(faces, len(cut.crops))) for cut in cuts]

    def _result(
        self,
        crop: Crop,
        box: Box,
        marked: str | None,
        tensor: np.ndarray,
        p_fake: float,
        condition: Condition,
    ) -> FaceResult:
        size = (THUMBNAIL_PX, THUMBNAIL_PX)
        method = cv2.INTER_AREA if crop.square.w > THUMBNAIL_PX else cv2.INTER_CUBIC
        thumbnail = cv2.resize(crop.pixels, size, interpolation=method)
        verdict = decide(p_fake, condition, self.calibration)
        opinions = dict(condition.opinions)
        return FaceResult(box, thumbnail, tensor, p_fake, verdict, opinions, marked)

    def judge_file(
        self, name: str, data: bytes, photo: Photo | None = None, *, aligned: bool = False
    ) -> PhotoResult:
        """Decode and judge a file; what is wrong with it becomes the result's `error`.

        Args:
            name: shown to the user, never used as a path.
            data: the file's bytes.
            photo: what they decode to, where that is known already.
            aligned: as in `judge`.
        """
        return self.judge_prepared([self.prepare(name, data, photo, aligned=aligned)])[0]

    def prepare(
        self, name: str, data: bytes, photo: Photo | None = None, *, aligned: bool = False
    ) -> Prepared:
        """All of `judge_file` but the networks: decode a file, find and crop its faces."""
        try:
            photo = decode_image(data) if photo is None else photo
            cut = self._cut(photo, aligned)
        except UserError as error:
            return Prepared(PhotoResult(name, error=str(error)))
        notes = (*photo.notes, *cut.notes)
        told = provenance_of(data)
        result = PhotoResult(name, photo.width, photo.height, notes=notes, provenance=told)
        return Prepared(result, cut)

    def judge_prepared(self, prepared: Sequence[Prepared]) -> list[PhotoResult]:
        """The networks' part of `judge_file`, with the faces of several files in one batch."""
        judged = self._results([each.cut for each in prepared])
        return [
            replace(each.result, faces=faces) for each, faces in zip(prepared, judged, strict=True)
        ]


def load_inspector(
    folder: Path = ARTIFACTS_DIR,
    *,
    network: str = DEFAULT_NETWORK,
    detector: str = DEFAULT_DETECTOR,
) -> Inspector:
    """Load everything a verdict needs.

    Args:
        folder: where the artifacts lie.
        network: what the verdict on a photo stands on; see `load_panel`.
        detector: finds the faces; see `shared_detector`.

    Raises:
        UserError: a shipped file is missing or was changed.

    Example:
        >>> inspector = load_inspector()
        >>> photo = decode_image(Path("artifacts/examples/generated_group.jpg").read_bytes())
        >>> len(inspector.judge(photo))
        4
    """
    live = load_calibration(folder=folder, live=True)
    return Inspector(shared_detector(detector)[0], load_panel(network, folder), live)
