"""A classifier that is not shipped on photos: what it says of each face, without a calibration."""

from collections.abc import Sequence

import numpy as np

from core.config import IMAGE_SIZE
from core.errors import UserError
from core.inference.detector import FaceDetector
from core.inference.networks import Panel
from core.inference.open_cnn import OpenCnn
from core.inference.photo import Inspector
from core.inference.verdict import Calibration

# P(fake) is the plain sigmoid of the log-odds, and no band leaves a face without a verdict.
PLAIN = Calibration(1.0, 0.0, threshold=0.5, unsure_low=0.5, unsure_high=0.5, min_sharpness=0.0)


def inspector_of(weights: Sequence[np.ndarray], detector: FaceDetector) -> Inspector:
    """What judges photos by a run's classifier alone; it loads no TensorFlow.

    Args:
        weights: of `core.models.classifier`, in its order.
        detector: finds the faces.

    Raises:
        UserError: the weights are another network's.
    """
    try:
        cnn = OpenCnn(weights)
        cnn.maps(np.zeros((IMAGE_SIZE, IMAGE_SIZE, 3), np.float32))  # do its layers fit together?
    except (ValueError, IndexError) as error:
        raise UserError("The run's weights are no classifier's: it judges no photos.") from error
    panel = Panel("cnn", {"cnn": cnn}, {"cnn": 1.0}, PLAIN, {"cnn": PLAIN})
    return Inspector(detector, panel, PLAIN)
