"""Who comes and goes is counted, and what a server still holds afterwards is a finding."""

from dataclasses import dataclass, field

import pytest

from bench.torture import load
from bench.torture.reconnects import Gone, come_and_go
from bench.torture.record import in_words


@dataclass
class Holding:
    """A server that holds one thing after the other, the last one for good."""

    place: str = "127.0.0.1:1"
    holds: list[dict[str, int]] = field(default_factory=list)

    def held(self) -> dict[str, int]:
        return self.holds.pop(0) if len(self.holds) > 1 else self.holds[0]


def _held(threads: int = 20, sockets: int = 9, megabytes: int = 600) -> dict[str, int]:
    return {"threads": threads, "sockets": sockets, "megabytes": megabytes}


def test_every_second_webcam_is_killed_and_what_went_wrong_is_told():
    said = {3: "no picture came back", 6: "no picture came back"}
    gone, server = Gone(), Holding(holds=[_held()])
    come_and_go(server, range(10), 4, gone, lambda place, number: said.get(number, "done"))
    assert (gone.calls, gone.killed) == (8, 4)
    (finding,) = in_words("reconnects", "webcam", gone.trouble, "again")
    assert (finding["what"], finding["times"]) == ("no picture came back", 2)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (_held(threads=20 + load.SPARE_THREADS, sockets=9 + load.SPARE_SOCKETS), []),
        (_held(threads=21 + load.SPARE_THREADS), ["threads are left behind"]),
        (_held(sockets=10 + load.SPARE_SOCKETS), ["sockets are left behind"]),
        (_held(megabytes=700), []),
        (_held(megabytes=701), ["megabytes are left behind"]),
    ],
)
def test_what_a_server_still_holds_is_told(monkeypatch, now, left):
    monkeypatch.setattr(load, "SETTLE_S", 0.0)
    assert load.what_is_left(Holding(holds=[now]), _held(), megabytes=100) == (left, now)


def test_what_settles_in_time_is_no_finding(monkeypatch):
    monkeypatch.setattr(load.time, "sleep", lambda seconds: None)
    settling = Holding(holds=[_held(threads=90), _held(sockets=200), _held()])
    assert load.what_is_left(settling, _held()) == ([], _held())
