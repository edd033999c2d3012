"""A run's folder tells where its data set lies."""

import pytest

from core.training.trained_on import note_data, noted_data


def test_what_was_noted_last_is_told(tmp_path):
    assert noted_data(tmp_path) is None
    for name in ("faces", "gesicht\u00e4r", "odd\udcff"):
        note_data(tmp_path, tmp_path / name)
        assert noted_data(tmp_path) == (tmp_path / name).resolve()


@pytest.mark.parametrize("noted", [b"", b"a\0b"])
def test_a_damaged_note_tells_nothing(tmp_path, noted):
    note_data(tmp_path, tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(noted)
    assert noted_data(tmp_path) is None
