"""Webcams that come and go: the server's threads, sockets and memory must settle.

    python -m bench.torture.reconnects [--calls 20] [--at-once 4] [--keep]

Each is a browser window in a process of its own: it opens the Webcam page, presses START, sees its
picture come back, and goes. Every second one is killed in mid-stream (signal 9), as where a plug is
pulled. What the server holds after the first few, when all is loaded, is what it may hold once all
are gone.
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from bench.torture.load import (
    FPS,
    KEPT_S,
    Server,
    pictures,
    served,
    until_it_answers,
    visit_last,
    what_is_left,
)
from bench.torture.record import in_words, keep
from bench.torture.visitor import ANSWER_S, Visitor

FRAMES = 5  # that come back before a webcam goes
FIRST = 8  # of the calls, after which all that is loaded at first use is loaded
SPARE_MB = 150
_PRELOADED = ["bench.torture.visitor", "bench.torture.load", "tests.support.camera"]
_DONE, _SEEN = "done", "seen"


@dataclass
class Gone:
    """Attributes: webcams that saw their picture and went; of these, killed in mid-stream; what
    went wrong, in words."""

    calls: int = 0
    killed: int = 0
    trouble: list[str] = field(default_factory=list)


def main() -> int:
    """Run the command; the exit code is 1 where something was found."""
    args = _parser().parse_args()
    begun_s = time.monotonic()
    multiprocessing.set_forkserver_preload(_PRELOADED)
    with served() as server:
        asyncio.run(until_it_answers(server))
        gone = Gone()
        first = min(FIRST, args.calls)
        come_and_go(server, range(first), args.at_once, gone)
        _empty(server)
        before = server.held()
        come_and_go(server, range(first, args.calls), args.at_once, gone)
        _empty(server)
        left, after = what_is_left(server, before, megabytes=SPARE_MB)
    trouble = [*gone.trouble, *left]
    figures = {
        "calls": gone.calls,
        "killed": gone.killed,
        "minutes": round((time.monotonic() - begun_s) / 60, 1),
        "held": {"after the first": before, "after all": after},
        "findings": len(set(trouble)),
    }
    findings = in_words("reconnects", "webcam", trouble, f"python -m {__spec__.name}")
    print(figures, *findings, sep="\n  ")
    if args.keep:
        keep("reconnects", figures, findings)
    return int(bool(findings))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.torture.reconnects", description=__doc__)
    parser.add_argument("--calls", type=int, default=20, help="in all (20)")
    parser.add_argument("--at-once", type=int, default=4, help="(4)")
    parser.add_argument("--keep", action="store_true", help="write bench/results/torture.json")
    return parser


def come_and_go(
    server: Server,
    numbers: range,
    at_once: int,
    gone: Gone,
    call: Callable[[str, int], str] | None = None,
) -> None:
    """Let webcams come and go, and count them into `gone`; `call` stands for `one_webcam`."""
    call = call or one_webcam
    with ThreadPoolExecutor(at_once) as pool:
        for number, said in zip(
            numbers, pool.map(lambda n: call(server.place, n), numbers), strict=True
        ):
            if said == _DONE:
                gone.calls += 1
                gone.killed += _is_killed(number)
            else:
                gone.trouble.append(said)
            print(f"{number + 1}: {said}, {server.held()}", flush=True)


def _empty(server: Server) -> None:
    """Wait until Streamlit has let the sessions go."""
    time.sleep(KEPT_S)
    asyncio.run(visit_last(server))


def _is_killed(number: int) -> bool:
    return number % 2 == 1


def one_webcam(place: str, number: int) -> str:
    """One webcam, from START to its end; "done", or what went wrong."""
    context = multiprocessing.get_context("forkserver")
    heard, told = context.Pipe(duplex=False)
    process = context.Process(target=_browser, args=(place, told), daemon=True)
    process.start()
    told.close()
    try:
        said = heard.recv() if heard.poll(2 * ANSWER_S) else "no picture came back"
        if said == _SEEN and _is_killed(number):
            process.kill()
            return _DONE
        return heard.recv() if said == _SEEN and heard.poll(ANSWER_S) else said
    except EOFError:
        return "the browser died"
    finally:
        process.kill()
        process.join()


def _browser(place: str, told: Connection) -> None:
    try:
        asyncio.run(_watched(place, told))
        told.send(_DONE)
    except Exception as error:
        told.send(f"{type(error).__name__}: {error}"[:160])


async def _watched(place: str, told: Connection) -> None:
    from tests.support.camera import Camera

    async with Visitor(place, "Webcam") as visitor:
        peer, tracks = await visitor.call(Camera(pictures(), fps=FPS))
        try:
            async with asyncio.timeout(ANSWER_S):
                track = await tracks.get()
                for _ in range(FRAMES):
                    await track.recv()
            told.send(_SEEN)
            await track.recv()
        finally:
            await peer.close()


if __name__ == "__main__":
    sys.exit(main())
