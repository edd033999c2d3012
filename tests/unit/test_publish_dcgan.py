"""From a DCGAN run to shipped artifacts, with a card whose figures are the measured ones."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from core.artifacts import load_registry, read_artifact, read_json, ship_file
from core.cli.main import main
from core.config import ROOT
from core.errors import UserError
from core.generators.dcgan import list_snapshots, load_dcgan
from core.models.dcgan import build_discriminator, build_generator
from core.picture_files import RECORD_FILE
from core.publishing import generator as module
from core.publishing.generator import publish_dcgan, spread
from core.publishing.generator_card import WAYS, write_generator_card
from core.training.gan.recipes import GanRecipe
from core.training.gan.session import train_dcgan
from core.training.gan.stored_run import StoredRun
from tests.conftest import write_dataset

RECIPE = GanRecipe("original", epochs=3, samples_per_epoch=4, batch_size=4)
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("feature_spaces", "few_faces")]


def _not_installed(name: str):
    raise UserError("It is not installed.")


@pytest.fixture(scope="module")
def few_faces():
    """Figures come from few pairs and faces, and from the DCGAN alone."""
    few_seeds = partial(module.measure_directions, seeds=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.evaluation.generators.distances.MS_SSIM_PAIRS", 3)
        patch.setattr("core.training.gan.session.SAMPLE_SEEDS", 8)
        patch.setattr(module, "measure_directions", few_seeds)
        patch.setattr(module, "load_generator", _not_installed)
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    base = tmp_path_factory.mktemp("publish")
    data = write_dataset(base / "set", {"train": 12, "valid": 4, "test": 8})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.training.gan.session.SAVE_EVERY_S", 0.0)
        train_dcgan(data, base / "run", RECIPE, quiet=True)
    return base / "run", data


@pytest.fixture(scope="module")
def shipped(run, few_faces, feature_spaces, tmp_path_factory):
    folder = tmp_path_factory.mktemp("artifacts")
    list(publish_dcgan(*run, folder=folder))
    list(publish_dcgan(*run, name="original_generator", folder=folder))
    return folder


@pytest.fixture
def own_shipped(shipped, tmp_path):
    """A copy that a test may publish into."""
    return shutil.copytree(shipped, tmp_path / "artifacts")


def test_the_shipped_generator_paints_as_the_trained_one(run, shipped):
    (shipped / "check.weights.h5").write_bytes(read_artifact("generator_weights", shipped))
    model = build_generator()
    model.load_weights(shipped / "check.weights.h5")
    painter = load_dcgan(folder=shipped)
    codes = painter.codes(range(4))
    expected = np.rint(model.predict(codes, verbose=0) * 255)
    assert np.abs(painter.paint(codes) - expected).max() <= 1
    epoch = read_json("generator_metrics", shipped)["shipped"]["epoch"]
    assert StoredRun(run[0]).generator(epoch).version == painter.version
    (shipped / "check.weights.h5").write_bytes(read_artifact("generator_discriminator", shipped))
    build_discriminator(logits=False).load_weights(shipped / "check.weights.h5")


def test_figures_history_and_snapshots_are_shipped(run, shipped):
    metrics = read_json("generator_metrics", shipped)
    assert set(metrics["quality"]) == {
        "this generator",
        "held-out real faces",
        "held-out real faces, blurred by 2 px",
    }
    assert [row["images"] for row in metrics["by_epoch"]] == [4, 8, 12]
    best = min(metrics["by_epoch"], key=lambda row: row["frechet"])
    assert metrics["shipped"] == {"epoch": best["epoch"], "images": best["images"]}
    assert metrics["quality"]["this generator"]["frechet"] == best["frechet"]
    history = pd.read_csv(shipped / "generator.history.csv")
    assert history["epoch"].tolist() == [1, 2, 3]
    assert list(list_snapshots(shipped)) == [1, 2, 3]
    names = set(load_registry(shipped))
    assert {"original_generator_metrics", "original_generator_history"} <= names
    assert "original_generator_weights" not in names


def test_the_card_quotes_the_measured_figures(shipped):
    card = (shipped / "GENERATOR_CARD.md").read_text()
    row = read_json("generator_metrics", shipped)["quality"]["this generator"]
    assert f"| this generator | {row['frechet']:.1f} | {row['kid']:.4f} |" in card
    assert "the authors' recipe, " in card and "non-commercial" in card
    assert "FID |" not in card


def test_ways_to_train_it_on_enter_the_card(own_shipped):
    best = read_json("generator_metrics", own_shipped)["quality"]["this generator"]
    rows = [
        {"way": "where all begin", "images": 12, "core_s": 0.0, **best},
        {"way": "larger steps", "images": 1612, "core_s": 5400.0, **best, "frechet": 12.34},
    ]
    content = json.dumps({"ways": rows}).encode()
    ship_file(
        WAYS, "generator.ways.json", content, kind="figures", data="faces", folder=own_shipped
    )
    write_generator_card(own_shipped)
    card = (own_shipped / "GENERATOR_CARD.md").read_text()
    assert "the cores had worked 1.5 hours" in card
    assert "| larger steps: 1,612 images | 12.3 |" in card


def test_a_second_publication_leaves_no_snapshot_of_the_first(run, own_shipped, monkeypatch):
    monkeypatch.setattr(module, "SNAPSHOTS", 1)
    list(publish_dcgan(*run, folder=own_shipped))
    assert len(list_snapshots(own_shipped)) == 2
    assert len(list(own_shipped.glob("generator_epoch*.bin"))) == 1


def test_a_published_generator_can_be_trained_on(run, own_shipped, tmp_path, monkeypatch):
    monkeypatch.setattr("core.training.gan.session.SAVE_EVERY_S", 0.0)
    before = read_json("generator_metrics", own_shipped)
    begun = before["shipped"]["epoch"]
    further = replace(RECIPE, epochs=begun + 2, label_noise=0.1)
    history = train_dcgan(run[1], tmp_path / "run", further, start=own_shipped, quiet=True)
    assert history["epoch"].tolist() == list(range(1, begun + 3))
    assert history["images"].iloc[-1] == 4 * (begun + 2)
    stored = StoredRun(tmp_path / "run")
    assert stored.stored_epochs() == list(range(1, begun + 3))
    codes = load_dcgan(folder=own_shipped).codes(range(2))
    same = stored.generator(begun).paint(codes)
    assert np.abs(same.astype(int) - load_dcgan(folder=own_shipped).paint(codes)).max() <= 1
    again = train_dcgan(
        run[1], tmp_path / "run", replace(further, epochs=begun + 3), resume=True, quiet=True
    )
    assert len(again) == begun + 3

    list(publish_dcgan(tmp_path / "run", run[1], folder=own_shipped))
    after = read_json("generator_metrics", own_shipped)
    assert after["restarts"] == [{"epoch": begun, "changed": {"label_noise": [0.0, 0.1]}}]
    assert after["shipped"]["epoch"] >= begun
    assert [row["epoch"] for row in after["by_epoch"]] == list(range(1, begun + 4))
    assert set(list_snapshots(own_shipped)) <= set(range(1, begun + 4))
    told = f"after epoch {begun} with label_noise 0.1 (0.0 before)"
    assert told in (own_shipped / "GENERATOR_CARD.md").read_text()


def test_what_cannot_be_trained_on(run, shipped, tmp_path):
    with pytest.raises(UserError, match=r"another batch_size \(4 there, 2 asked for\)"):
        other = replace(RECIPE, batch_size=2)
        train_dcgan(run[1], tmp_path / "run", other, start=shipped, quiet=True)
    with pytest.raises(UserError, match="No DCGAN is published"):
        train_dcgan(run[1], tmp_path / "run", RECIPE, start=tmp_path, quiet=True)
    (tmp_path / "registry.json").write_text("{}")
    with pytest.raises(UserError, match="No DCGAN is published"):
        train_dcgan(run[1], tmp_path / "run", RECIPE, start=tmp_path, quiet=True)


def test_a_folder_without_a_run(run, tmp_path):
    with pytest.raises(UserError, match="no training run"):
        list(publish_dcgan(tmp_path, run[1], folder=tmp_path / "artifacts"))
    for text, said in (
        ('{"recipe": {"discriminator_rate": 1}}', "not finished an epoch"),
        ('{"recipe": {"network": "traces"}}', "holds no DCGAN, but a run of `train traces`"),
    ):
        (tmp_path / "run.json").write_text(text)
        with pytest.raises(UserError, match=said):
            list(publish_dcgan(tmp_path, run[1], folder=tmp_path / "artifacts"))


def test_epochs_are_spread_with_more_of_the_early_ones():
    assert spread([1, 2, 3], 5) == [1, 2, 3]
    picked = spread(list(range(1, 31)), 5)
    assert picked[0] == 1 and picked[-1] == 30 and len(set(picked)) == 5
    assert np.all(np.diff(np.diff(picked)) >= 0)


def test_converting_a_model_reports_to_no_one():
    """In a process of its own, as a session of tests has imported everything already."""
    code = (
        "from core.process import prepare_process\n"
        "prepare_process()\n"
        "import openvino\n"
        "from openvino.tools.ovc import telemetry_utils\n"
        "assert telemetry_utils.tm.__name__.endswith('telemetry_stub')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


PAINT = ["dataset", "paint", "--generator", "dcgan", "--source", "dcganlater", "--count", "10"]


def test_epochs_stored_in_a_run_paint_faces_for_a_data_set(run, tmp_path):
    words = [*PAINT, "--out", str(tmp_path / "set"), "--run", str(run[0])]
    assert main([*words, "--epoch", "2", "--seed", "10"]) == 0
    painted = sorted((tmp_path / "set").glob("*/fake/dcganlater_*.jpg"))
    assert len(painted) == 10
    again = [*PAINT, "--out", str(tmp_path / "again"), "--run", str(run[0])]
    assert main([*again, "--epoch", "1", "--seed", "10"]) == 0
    other = tmp_path / "again" / painted[0].relative_to(tmp_path / "set")
    assert other.read_bytes() != painted[0].read_bytes()
    records = [pd.read_csv(tmp_path / name / RECORD_FILE) for name in ("set", "again")]
    assert all(set(record["run"]) == {run[0].name} for record in records)
    assert len({version for record in records for version in record["version"]}) == 2


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--epoch", "99"], 1, "--epoch, one of 1, 2, 3"),
        ([], 1, "--run needs --variants or --epoch"),
        (["--variants", "2"], 1, "at least four stored epochs"),
        (["--variants", "2", "--epoch", "1"], 2, "Choose one"),
    ],
)
def test_epochs_that_a_run_has_not_are_refused(run, tmp_path, capsys, options, code, said):
    words = [*PAINT, "--out", str(tmp_path / "set"), "--run", str(run[0])]
    assert main([*words, *options]) == code
    assert said in capsys.readouterr().err
