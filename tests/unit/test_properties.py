"""Properties, shortcuts, mean faces and spectra on pictures whose answers are known."""

import numpy as np
import pandas as pd
import pytest

from core.dataset.index import index_folder
from core.dataset.properties import (
    FREQUENCIES,
    measure,
    properties_of,
    radial_spectrum,
    sample,
    shortcuts,
)
from core.errors import UserError
from tests.conftest import write_dataset


def test_figures_of_a_known_picture():
    pixels = np.zeros((40, 20, 3), np.uint8)
    pixels[:20] = 255
    figures = properties_of(pixels, 2048)
    assert figures["brightness"] == 0.5 and figures["contrast"] == 0.5
    assert figures["saturation"] == 0 and figures["side_px"] == 20
    assert figures["kilobytes"] == 2 and figures["bits_a_pixel"] == 8 * 2048 / 800
    assert properties_of(np.full((8, 8, 3), 9, np.uint8), 1)["sharpness"] == 0


def test_measuring_a_folder(tmp_path):
    root = write_dataset(tmp_path / "set", {"train": 30})
    (root / "train" / "real" / "camera_0.png").write_bytes(b"gone bad")
    index = index_folder(root)
    broken = root / "train" / "real" / "camera_1.png"
    broken.write_bytes(broken.read_bytes()[:4000])  # after it was indexed
    steps = []
    found = measure(index.faces, lambda done, total: steps.append((done, total)))
    assert steps == [(59, 59)]  # one chunk
    assert len(found.table) == 58 and list(found.unreadable) == [str(broken)]
    assert set(found.mean_faces) == {"real", "fake"}
    assert found.mean_faces["fake"].shape == (128, 128, 3)
    areas = shortcuts(found.table)
    assert areas["sharpness"] == max(areas.values()) == 1.0
    assert areas["side_px"] == 0.5
    assert all(0.5 <= area <= 1 for area in areas.values())


def test_too_few_faces_say_nothing(tmp_path):
    index = index_folder(write_dataset(tmp_path / "set", {"train": 5}, 32))
    assert shortcuts(measure(index.faces).table) == {}


def test_nothing_that_can_be_decoded(tmp_path):
    index = index_folder(write_dataset(tmp_path / "set", {"train": 1}, 16))
    for path in index.faces["path"]:
        open(path, "wb").close()
    with pytest.raises(UserError, match="None of these"):
        measure(index.faces)


def test_a_sample_is_even_and_repeats():
    faces = pd.DataFrame({"label": ["real"] * 50 + ["fake"] * 10})
    drawn = sample(faces, 20)
    assert drawn["label"].value_counts().to_dict() == {"real": 20, "fake": 10}
    assert drawn.index.is_monotonic_increasing and drawn.index.equals(sample(faces, 20).index)


def test_a_wave_has_its_power_at_its_frequency():
    x = np.arange(128)
    wave = 0.5 + 0.4 * np.sin(2 * np.pi * 16 / 128 * x)
    face = np.broadcast_to(wave[None, :, None], (128, 128, 3)).astype(np.float32)
    power = radial_spectrum(face)
    assert power.shape == FREQUENCIES.shape == (64,)
    assert FREQUENCIES[power.argmax()] == 16 / 128
