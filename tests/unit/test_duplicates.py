"""Copies are found, other pictures are not taken for copies."""

from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

from core.dataset.duplicates import alike, find_duplicates
from core.dataset.index import index_folder
from tests.conftest import encode, texture


def _set(root: Path) -> Path:
    """Twelve pictures a class that have nothing in common."""
    numbers = count()
    for split in ("train", "test"):
        for label, source in (("real", "camera"), ("fake", "machine")):
            (root / split / label).mkdir(parents=True)
            for number in range(6):
                pixels = texture("real", seed=next(numbers), side=64)
                (root / split / label / f"{source}_{number}.png").write_bytes(encode(pixels))
    return root


def test_copies_leaks_and_contradictions(tmp_path, portrait):
    root = _set(tmp_path / "set")
    picture = Image.fromarray(portrait)
    small = encode(picture.resize((128, 128), Image.Resampling.LANCZOS), "JPEG", quality=50)
    (root / "train" / "fake" / "one_a.png").write_bytes(encode(picture))
    (root / "test" / "fake" / "one_b.jpg").write_bytes(small)  # smaller and squeezed
    (root / "train" / "real" / "camera_0.png").write_bytes(
        (root / "train" / "fake" / "machine_0.png").read_bytes()
    )
    index = index_folder(root)
    (root / "train" / "real" / "camera_5.png").write_bytes(b"gone bad since")
    found = find_duplicates(index.faces)
    groups = found.groups
    assert groups.groupby("group").size().tolist() == [2, 2]
    by_file = {
        path.rsplit("/", 1)[1]: row
        for path, row in zip(groups["path"], groups.itertuples(), strict=True)
    }
    assert by_file["one_a.png"].kind == "same look"
    assert by_file["machine_0.png"].kind == "same bytes"
    assert found.leaks == [by_file["one_a.png"].group]
    assert found.contradictions == [by_file["machine_0.png"].group]
    assert found.compared == 25 and len(found.unreadable) == 1


def test_a_set_without_copies(tmp_path):
    found = find_duplicates(index_folder(_set(tmp_path / "set")).faces)
    assert found.groups.empty and not found.leaks and not found.contradictions


def test_all_pairs_are_compared_across_blocks(monkeypatch):
    monkeypatch.setattr("core.dataset.duplicates.BLOCK", 3)
    small = np.random.default_rng(0).integers(0, 256, (10, 16, 16), dtype=np.uint8)
    small[8] = small[1]
    small[5] = np.clip(small[4].astype(int) + 1, 0, 255)  # a little brighter
    small[0] = small[9] = 7  # of one colour: like nothing
    assert sorted(alike(small)) == [(1, 8), (4, 5)]


def test_a_turned_copy_is_seen_as_the_decoder_shows_it(tmp_path, portrait):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.fromarray(portrait).resize((128, 128))
    lying = picture.transpose(Image.Transpose.ROTATE_90)
    root = _set(tmp_path / "set")
    (root / "train" / "real" / "camera_0.png").write_bytes(encode(picture))
    (root / "test" / "real" / "camera_0.jpg").write_bytes(encode(lying, "JPEG", exif=exif))
    assert len(find_duplicates(index_folder(root).faces).leaks) == 1
