"""The line on what was tried says what the file says, and is absent where there is none."""

import json

import pytest

from core.evaluation.tried import TRIED, tried_line

DAY = {"date": "2026-03-05"}
KEPT = {
    "kinds": {
        "kills": {"kills": 80, **DAY},
        "videos": {"tried": 2000, "date": "2026-03-02"},
        "pictures": {"tried": 19_500, **DAY},
    },
    "findings": [],
}


@pytest.fixture
def file(tmp_path):
    def write(**other):
        (tmp_path / "torture.json").write_text(json.dumps(KEPT | other))
        return tmp_path / "torture.json"

    return write


def test_it_counts_inputs_and_kills(file):
    line = tried_line(file())
    assert line.startswith("Tried at random, last on 5 March 2026: ")
    assert "19,500 damaged or hostile pictures, 2,000 videos and 80 kills" in line
    assert line.endswith("none broke anything.")


def test_it_tells_of_visitors_at_once(file):
    load = {"visitors": 50, "judged": 1200, "streams": 5, "calls": 101, **DAY}
    line = tried_line(file(kinds={**KEPT["kinds"], "load": load}))
    assert "1,200 photos of 50 visitors at once beside 5 webcams that were cut off 101" in line


def test_it_tells_of_webcams_that_came_and_went(file):
    come_and_go = {"calls": 100, "killed": 50, **DAY}
    line = tried_line(file(kinds={**KEPT["kinds"], "reconnects": come_and_go}))
    assert "80 kills in the middle of work and 100 webcams that came and went. Each" in line


def test_findings_are_not_hidden(file):
    assert "failed 4 times" in tried_line(file(findings=[{"times": 3}, {"times": 1}]))
    assert "failed once" in tried_line(file(findings=[{"times": 1}]))


@pytest.mark.parametrize(
    "other",
    [
        *({"kinds": kinds} for kinds in ([], {}, None, {"kills": {}}, {"videos": DAY})),
        *({"findings": findings} for findings in (None, [7], {"a": 1})),
        {"kinds": {"kills": {"kills": 8, "date": "x"}}},
        {"kinds": {"load": {"visitors": 8, **DAY}}},
        {"kinds": {"reconnects": DAY}},
    ],
)
def test_a_file_that_makes_no_sense_is_no_line(file, other):
    assert tried_line(file(**other)) is None


def test_without_the_file_there_is_no_line(tmp_path):
    assert tried_line(tmp_path / "torture.json") is None


@pytest.mark.skipif(not TRIED.exists(), reason="nothing is kept: `make torture` writes it")
def test_what_is_kept_can_be_told():
    assert tried_line()
