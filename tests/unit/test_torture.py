"""`make torture` itself: the same seed gives the same inputs, and faults of all kinds are noticed.

What it tries by the thousand is tried by the dozen here.
"""

import json
import math
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bench.torture import artifacts, crew, texts, worker
from bench.torture.crew import Tally
from bench.torture.files import parts as file_parts
from bench.torture.kills import Teller, kill_all
from bench.torture.kinds import Kind, Part, make_input
from bench.torture.mutate import MOST_BYTES, mutate
from bench.torture.pictures import parts as picture_parts
from bench.torture.pictures import with_checksums
from bench.torture.record import keep, kept_of
from bench.torture.stories import STORIES, Story, file_faults
from bench.torture.worker import try_one
from core.artifacts import read_artifact
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.evaluation.tried import tried_line
from core.imaging import decode_image
from tests.support import odd
from tests.unit.decoding.pictures import SCENE

SMALL = 60
STAND_IN = Kind("stand_in", 9, seconds=1.0, megabytes=50)


def _outcomes(parts, name: str) -> list[dict]:
    rows = [try_one(*make_input(parts, name, 3, number)) for number in range(SMALL)]
    return [row for row in rows if row["outcome"] not in (worker.FINE, worker.REFUSED)]


@pytest.mark.parametrize("name", ["texts", "pictures"])
def test_a_few_inputs_of_each_kind_are_read_or_refused(name):
    parts = {"texts": texts.parts, "pictures": picture_parts}[name]()
    assert _outcomes(parts, name) == []


@pytest.mark.slow
def test_a_few_files_of_each_kind_are_read_or_refused():
    assert _outcomes(file_parts(), "files") == []


def test_the_same_seed_gives_the_same_inputs():
    seeds = [b"one sound file" * 9, b"another" * 30]
    part = Part("part", seeds, bytes)
    made = [make_input([part], "x", 7, number)[1] for number in range(200)]
    assert made == [make_input([part], "x", 7, number)[1] for number in range(200)]
    assert made != [make_input([part], "x", 8, number)[1] for number in range(200)]
    assert sum(data not in seeds for data in made) > 150


def test_no_change_makes_a_file_grow_without_end():
    rng, data = random.Random(0), bytes(MOST_BYTES)
    assert max(len(mutate(rng, data, [data])) for _ in range(50)) <= MOST_BYTES


def test_checksums_are_put_right():
    from core.imaging import encode

    sound = encode(SCENE, "PNG")
    broken = bytearray(sound)
    broken[30] ^= 1  # of the header's checksum
    with pytest.raises(UserError):
        decode_image(bytes(broken))
    assert with_checksums(bytes(broken)) == sound


def _fail(error: Exception, data: bytes) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "outcome"), [(UserError("no"), "refused"), (KeyError("a"), "error")]
)
def test_only_clean_refusals_count_as_such(error, outcome):
    assert try_one(Part("a", [b""], partial(_fail, error)), b"")["outcome"] == outcome


def test_memory_is_measured_and_too_much_of_it_is_a_finding():
    row = try_one(Part("a", [b""], lambda data: bytearray(80 * 2**20)), b"")
    tally = Tally()
    tally.add({"number": 4, "part": "a", **row}, STAND_IN)
    assert 70 < row["megabytes"] < 120
    (((part, what, _), (number, _, times)),) = tally.findings.items()
    assert (part, what, number, times) == ("a", "memory", 4, 1)


def test_an_input_that_hangs_or_kills_its_process_is_a_finding_and_the_rest_is_tried(monkeypatch):
    monkeypatch.setattr(crew, "work", odd.work)
    monkeypatch.setattr(crew, "TRIES", 1)
    monkeypatch.setattr(crew, "PATIENCE", 1)
    rows = list(crew.try_all(STAND_IN, 1, range(9), workers=2, until_s=time.monotonic() + 120))
    outcomes = {row["number"]: row["outcome"] for row in rows}
    assert sorted(outcomes) == list(range(9)) and len(rows) == 9
    assert outcomes.pop(2) == "hang" and outcomes.pop(5) == "died"
    assert set(outcomes.values()) == {"fine"}


def test_a_kind_that_is_tried_again_takes_its_own_place_alone(tmp_path):
    file = tmp_path / "torture.json"
    keep("texts", {"tried": 3}, [{"kind": "texts", "times": 1}], file)
    keep("videos", {"tried": 5}, [{"kind": "videos", "times": 2}], file)
    keep("texts", {"tried": 9}, [], file)
    kept = json.loads(file.read_text())
    assert {name: each["tried"] for name, each in kept["kinds"].items()} == {
        "texts": 9,
        "videos": 5,
    }
    assert kept["findings"] == [{"kind": "videos", "times": 2}] and kept["kinds"]["texts"]["commit"]
    assert "9 links" in tried_line(file) and "failed 2 times" in tried_line(file)


@pytest.mark.parametrize("fault", artifacts.FAULTS)
def test_a_shipped_file_is_damaged_for_who_reads_it_and_whole_again_afterwards(fault):
    file, whole = ARTIFACTS_DIR / "both.joining.json", read_artifact("both_joining")
    for number in range(5):
        rng = random.Random(number)
        with (
            artifacts.reads_as(file, partial(fault, rng)),
            pytest.raises(UserError, match=r"both\.joining\.json is (missing|not the one)"),
        ):
            read_artifact("both_joining")
    assert read_artifact("both_joining") == whole


def _differs(folder: Path, whole: Path, done: bool) -> Iterator[str]:
    if done and (folder / "steps").read_bytes() != (whole / "steps").read_bytes():
        yield "it differs"


@pytest.mark.slow
@pytest.mark.parametrize(("work", "found"), [(odd.count, []), (odd.count_anew, ["it differs"])])
def test_work_that_is_killed_must_end_as_if_nobody_had(work, found):
    # Imported once for all processes, so that kills hit the work rather than its imports.
    multiprocessing.set_forkserver_preload(["bench.torture.kills", odd.__name__])
    tally, faults = Counter(), []
    for more in Teller(Story("a", 1.0, work, _differs, kills=3), "1").tell(tally, 9, math.inf):
        faults += more
    assert tally["kills"] == 9 and tally["ends"] >= 2
    assert tally["findings"] == len(faults) and [*dict.fromkeys(faults)] == found


def test_kills_are_gone_on_with_where_an_earlier_run_was_broken_off(tmp_path):
    works = {each.name: {"kills": 9, "ends": 2, "findings": 1} for each in STORIES}
    found = [{"kind": "kills", "part": STORIES[0].name, "what": "half", "times": 1}]
    keep("kills", {"kills": 54, "by_work": works}, found, tmp_path / "t.json")
    kept = kept_of("kills", tmp_path / "t.json")
    ((figures, findings),) = kill_all(200, 1, time.monotonic() - 1, kept)  # there is no time
    assert figures["kills"] == 54 and figures["by_work"] == works
    assert [(each["part"], each["what"]) for each in findings] == [(STORIES[0].name, "half")]
    ((figures, _),) = kill_all(9, 1, math.inf, kept)  # there are enough of each
    assert figures["kills"] == 54
    assert sum(round(200 * each.share) for each in STORIES) == 200


def test_half_a_file_and_a_missing_one_are_found_out(tmp_path):
    for name, words in (("whole", b"all of it"), ("broken", b"all")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(words)
    (tmp_path / "broken" / ".a.png.9.tmp").write_bytes(b"al")  # hidden: left by a killed write
    (fault,) = file_faults(tmp_path / "broken", tmp_path / "whole", True)
    assert fault.startswith("a file is half")
    (tmp_path / "whole" / "b.png").write_bytes(b"")
    assert len(list(file_faults(tmp_path / "broken", tmp_path / "whole", True))) == 2
