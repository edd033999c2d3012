"""What a host may limit: who is in goes on, who comes too late gets a sentence, nobody starves."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from core.errors import UserError
from core.inference.live.job import VideoJob
from core.inference.live.stream import FULL
from core.limits import GONE_S, Limit, Line, Places
from tests.unit.live.fakes import make, scene, stream_of
from tests.unit.live.films import film, squares
from ui.photo import session

TWO = Limit("FACES_TEST_LIMIT", 2)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "9" * 40, "٣", "1e3"])
def test_a_limit_that_is_no_number_is_a_sentence(monkeypatch, text):
    monkeypatch.setenv(TWO.name, text)
    with pytest.raises(UserError, match="FACES_TEST_LIMIT is a whole number from 1 to 100,000"):
        TWO.value()


@pytest.mark.parametrize(("text", "value"), [("", 2), ("  ", 2), ("1", 1), (" 7 ", 7)])
def test_a_limit_is_taken_from_the_environment(monkeypatch, text, value):
    monkeypatch.setenv(TWO.name, text)
    assert TWO.value() == value


def test_a_place_is_kept_by_asking_and_free_when_nobody_asks():
    now = [0.0]
    places = Places(TWO, lambda: now[0])
    assert places.has("a") and places.has("b") and not places.has("c")
    now[0] = 0.6 * GONE_S
    assert places.has("a") and not places.has("c")
    now[0] = 1.2 * GONE_S  # nothing was heard of b
    assert places.has("c") and places.has("a") and not places.has("b")
    places.leave("a")
    places.leave("a")
    assert places.has("b")


def test_a_stream_without_a_place_passes_and_is_judged_once_there_is_one(monkeypatch):
    monkeypatch.setenv(TWO.name, "1")
    places = Places(TWO)
    streams = [stream_of(places=places)[0] for _ in range(2)]
    frame = scene((200, 100))
    streams[0].judge(frame)
    assert streams[1].judge(frame) is frame
    assert streams[1].view().error == FULL and streams[1].view().picture is None
    assert streams[0].view().error is None
    streams[0].leave()
    streams[1].judge(frame)
    assert streams[1].view().error is None and streams[1].view().picture is not None


def test_a_line_lets_so_many_work_and_each_in_its_turn():
    line, at_work, most, order = Line(TWO, Limit("X", 99)), [], [], []

    def work(number: int) -> None:
        with line.turn():
            order.append(number)
            at_work.append(number)
            most.append(len(at_work))
            time.sleep(0.02)
            at_work.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
        time.sleep(0.002)
    for thread in threads:
        thread.join(10)
    assert max(most) == 2 and sorted(order) == list(range(8))


def test_one_who_has_a_hundred_photos_does_not_starve_another(monkeypatch):
    line, done = Line(Limit("X", 1), Limit("Y", 9)), []

    def judge(who: str, photos: int) -> None:
        for _ in range(photos):
            with line.turn():
                time.sleep(0.005)
                done.append(who)

    with ThreadPoolExecutor(2) as pool:
        pool.submit(judge, "many", 40)
        time.sleep(0.02)
        pool.submit(judge, "one", 1)
    assert done.index("one") < 20


def test_who_waits_is_told_and_who_gives_up_leaves_the_line():
    line, told = Line(Limit("X", 1), Limit("Y", 9)), []

    def give_up(before: int) -> None:
        told.append(before)
        raise KeyboardInterrupt

    with line.turn():
        with pytest.raises(KeyboardInterrupt), line.turn(give_up):
            raise AssertionError("it was not its turn")
        with pytest.raises(KeyboardInterrupt), line.turn(give_up):
            raise AssertionError("it was not its turn")
        assert told == [1, 1], "who gave up is still in the line"
    with line.turn(give_up):
        assert told == [1, 1]


def test_a_line_that_is_too_long_is_refused_in_a_sentence():
    line = Line(Limit("X", 1), Limit("Y", 1))
    with line.turn(), pytest.raises(UserError, match="Try again in a minute"), line.turn():
        raise AssertionError("it was let in")
    with line.turn():
        pass


class _Inspector:
    def judge_file(self, name, data, aligned):
        return SimpleNamespace(name=name, error=None, faces=())


def test_photos_that_find_no_place_in_the_line_wait_in_their_session(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    line = Line(Limit("X", 1), Limit("Y", 1))
    monkeypatch.setattr(session, "shared_line", line)
    with line.turn(), pytest.raises(UserError, match="Try again"):
        session.add([("a.jpg", b"a")], _Inspector(), lambda share, words: None)
    assert not session.judged() and len(session.waiting()) == 1
    session.add([("a.jpg", b"a")], _Inspector(), lambda share, words: None)
    assert len(session.judged()) == 1 and not session.waiting()


def test_a_session_keeps_no_more_than_its_megabytes(monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    monkeypatch.setenv("FACES_MAX_SESSION_MB", "1")
    files = [(f"{number}.jpg", bytes([number]) * 400_000) for number in range(4)]
    (refused,) = session.add(files, _Inspector(), lambda share, words: None)
    assert len(session.judged()) == 2 and "2 photos were not judged" in refused
    assert "and 1 MB" in refused


def test_a_video_beyond_the_limit_is_refused_and_taken_once_one_is_done(monkeypatch):
    monkeypatch.setenv("FACES_MAX_VIDEOS", "2")
    go = threading.Event()
    data = film(squares(3))
    jobs = [VideoJob("a", data, make()[0], alive=lambda: go.wait(30)) for _ in range(2)]
    with pytest.raises(UserError, match="as this server allows"):
        VideoJob("c", data, make()[0])
    go.set()
    for job in jobs:
        job.wait(30)
    last = VideoJob("c", data, make()[0])
    last.wait(30)
    assert last.report.frames == 3
