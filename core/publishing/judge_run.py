"""A finished run as a model that can be measured, without shipping it."""

from pathlib import Path

from core.dataset.index import load_split
from core.evaluation.scores import score_faces
from core.inference.networks import Cnn, Network
from core.inference.predictor import Predictor
from core.inference.second import SIDE_PX, Backbone, SecondOpinion, Traces
from core.inference.verdict import Calibration
from core.models.export import to_openvino
from core.publishing.fitting import calibrate
from core.training.catalogue import network_name
from core.training.classifier.networks import network_of
from core.training.run_folder import RunFolder
from core.training.second.backbone import build_backbone
from core.training.second.session import head_of


def load_run(run_dir: Path, data: Path) -> tuple[Network, Calibration]:
    """The best epoch of a run, calibrated on those faces of valid that it may know of.

    Args:
        run_dir: folder of a run of `train classifier`, `traces` or `second`.
        data: the folder it was trained on.

    Raises:
        UserError: the run or the data cannot be used.
    """
    run = RunFolder(run_dir)
    sources = run.settings()["recipe"]["sources"]
    network = _served(run)
    _, faces = load_split(data, "valid")
    if sources:
        faces = faces[faces["source"].isin(sources)].reset_index(drop=True)
    return network, calibrate(score_faces(faces, network))


def _served(run: RunFolder) -> Network:
    name = network_name(run.settings())
    if name == "second":
        return SecondOpinion(Backbone(*build_backbone()), head_of(run))
    graph, constants = to_openvino(network_of(run))
    if name == "traces":
        return Traces(Predictor(graph, constants, side_px=SIDE_PX))
    return Cnn(Predictor(graph, constants))
