"""`python -m core video`: what it writes, prints and refuses."""

import io
import json
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from bench.clips import moving_face
from core.cli.main import main
from core.inference.networks import load_calibration
from core.mp4 import write_mp4
from tests.conftest import encode
from tests.unit.live.films import film, frames_of, squares


def test_it_writes_the_video_and_prints_the_report(tmp_path, capsys, portrait):
    source, target = tmp_path / "in.mp4", tmp_path / "out.mp4"
    write_mp4([portrait] * 30, source, fps=15)
    assert main(["video", str(source), "--out", str(target), "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry["frames"] == 30 and len(entry["tracks"]) == 1
    assert len(frames_of(target.read_bytes())) == 30
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4", "out.mp4"]
    assert main(["video", str(source), "--out", str(target)]) == 0
    assert "flips a minute" in capsys.readouterr().out


def test_a_broken_file_is_judged_as_far_as_it_goes(tmp_path, capsys):
    source, target = tmp_path / "in.webm", tmp_path / "out.mp4"
    data = film(squares(200), "webm", "libvpx")
    source.write_bytes(data[: len(data) // 2])
    assert main(["video", str(source), "--out", str(target), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["complete"] is False
    assert target.exists()


@pytest.mark.parametrize(
    ("name", "out", "words", "code"),
    [
        ("missing.mp4", "out.mp4", "no file", 1),
        ("in.mp4", "out.avi", "must be an .mp4", 2),
        ("in.mp4", "no/out.mp4", "no folder", 1),
        ("in.mp4", "in.mp4", "overwrite its source", 2),
        ("text.mp4", "out.mp4", "not a video", 1),
        ("in.mp4", "folder.mp4", "is a folder", 1),
        ("in.mp4", f"{'r' * 300}.mp4", "cannot be written (File name too long)", 1),
    ],
)
def test_wrong_paths(tmp_path, capsys, name, out, words, code):
    (tmp_path / "in.mp4").write_bytes(film(squares(3)))
    (tmp_path / "text.mp4").write_bytes(b"text")
    (tmp_path / "folder.mp4").mkdir()
    assert main(["video", str(tmp_path / name), "--out", str(tmp_path / out)]) == code
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out.mp4").exists()


def _report(source: Path, capsys) -> dict:
    """Judge a file with the shipped classifier; it must end well."""
    target = source.with_name("judged.mp4")
    assert main(["video", str(source), "--out", str(target), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_a_face_is_judged_alike_however_its_pixels_are_shaped(tmp_path, capsys, examples):
    """The same face stored plainly, in narrow and in wide pixels, and lying on its side."""
    face = np.asarray(Image.open(io.BytesIO(examples["Portrait C"])).convert("RGB"))
    frames = list(moving_face(face, seed=3, size=(640, 480), frames=28, fps=20))
    kinds = {
        "plain": film(frames),
        "narrow": film([cv2.resize(f, (1280, 480)) for f in frames], aspect=Fraction(1, 2)),
        "wide": film([cv2.resize(f, (426, 480)) for f in frames], aspect=Fraction(640, 426)),
        "turned": film([f.swapaxes(0, 1)[::-1].copy() for f in frames], turn=(-90, False, False)),
    }
    tracks = {}
    for name, data in kinds.items():
        source = tmp_path / f"{name}.mp4"
        source.write_bytes(data)
        report = _report(source, capsys)
        assert (report["width"], report["height"]) == (640, 480)
        (tracks[name],) = report["tracks"]
    # Far enough from where verdicts change that 0.01 more or less changes none.
    fake_from = load_calibration(name="both", live=True).unsure_high
    assert tracks["plain"]["p_fake_mean"] > fake_from + 0.02
    for name in ("narrow", "wide", "turned"):
        assert tracks[name]["verdict"] == tracks["plain"]["verdict"]
        assert tracks[name]["p_fake_mean"] == pytest.approx(
            tracks["plain"]["p_fake_mean"], abs=0.05
        )


def test_a_name_with_a_colon(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("Meeting:part2.mov").write_bytes(film(squares(20), "mov"))
    assert _report(Path("Meeting:part2.mov"), capsys)["frames"] == 20


@pytest.mark.parametrize("kind", ["JPEG", "AVIF"])
def test_a_picture_named_as_a_video(tmp_path, capsys, portrait, kind):
    source = tmp_path / "clip.mp4"
    source.write_bytes(encode(portrait, kind))
    assert main(["video", str(source), "--out", str(tmp_path / "out.mp4")]) == 1
    assert "picture, not a video" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
