"""The guard over artifacts/: it names what came, went or was written."""

from tests.support.unchanged import changes, state_of


def test_what_came_went_or_was_written_is_named(tmp_path):
    for name in ("kept", "written", "gone"):
        (tmp_path / name).write_text("one")
    before = state_of(tmp_path)
    assert changes(before, state_of(tmp_path)) == []
    (tmp_path / "written").write_text("two")
    (tmp_path / "gone").unlink()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "new").touch()
    assert changes(before, state_of(tmp_path)) == ["deep/new", "gone", "written"]


def test_a_file_written_anew_with_the_same_words_counts(tmp_path):
    (tmp_path / "file").write_text("same")
    before = state_of(tmp_path)
    (tmp_path / "other").write_text("same")
    (tmp_path / "other").replace(tmp_path / "file")
    assert changes(before, state_of(tmp_path)) == ["file"]
