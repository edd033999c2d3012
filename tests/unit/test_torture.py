"""`make torture` itself: the same seed gives the same inputs, and faults of all kinds are noticed.

What it tries by the thousand is tried by the dozen here.
"""

import os
import random
import time
from functools import partial

import pytest

from bench.torture import crew, texts, worker
from bench.torture.crew import Tally
from bench.torture.files import parts as file_parts
from bench.torture.kinds import Kind, Part, make_input
from bench.torture.mutate import MOST_BYTES, mutate
from bench.torture.pictures import parts as picture_parts
from bench.torture.pictures import with_checksums
from bench.torture.worker import try_one
from core.errors import UserError
from core.imaging import decode_image
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


def _odd(data: bytes) -> None:
    """Hangs, dies or goes well, as the input says."""
    if data == b"hang":
        time.sleep(60)
    if data == b"die":
        os._exit(3)


def _stand_in() -> list[Part]:
    return [Part("odd", [b"fine"], _odd)]


def _work(name, seed, numbers, told) -> None:
    """As `worker.work`, with inputs that are known."""
    told.send({})
    for number in numbers:
        data = {2: b"hang", 5: b"die"}.get(number, b"fine")
        told.send({"number": number, "part": "odd", **try_one(_stand_in()[0], data)})


def test_an_input_that_hangs_or_kills_its_process_is_a_finding_and_the_rest_is_tried(monkeypatch):
    monkeypatch.setattr(crew, "work", _work)
    monkeypatch.setattr(crew, "TRIES", 1)
    rows = list(crew.try_all(STAND_IN, 1, range(9), workers=2, until_s=time.monotonic() + 120))
    outcomes = {row["number"]: row["outcome"] for row in rows}
    assert sorted(outcomes) == list(range(9)) and len(rows) == 9
    assert outcomes.pop(2) == "hang" and outcomes.pop(5) == "died"
    assert set(outcomes.values()) == {"fine"}
