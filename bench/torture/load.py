"""Many visitors at once on this machine: photos are judged while webcams run.

    python -m bench.torture.load                                      # 4 visitors, 1 webcam, 30 s
    python -m bench.torture.load --visitors 50 --streams 5 --minutes 5 --keep      # make load

Each visitor opens the Photo page, drops a photo, waits for the verdict and goes; the first one
drops photos of almost 20 MB. Each webcam runs for some seconds, is cut off without a goodbye, and
connects again. Nobody may meet an error or wait for ever, no webcam may stand still, and once all
are gone the server's threads and sockets are as they were.
"""

import argparse
import asyncio
import contextlib
import io
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bench.clips import moving_face
from bench.torture.record import in_words, keep
from bench.torture.visitor import ANSWER_S, Trouble, Visitor
from core.config import MAX_FILE_BYTES, ROOT
from core.examples import load_examples
from core.imaging import decode_image

STILL_S = 5.0  # that a webcam's picture may stand still beside fifty who judge photos
CALL_S = (10.0, 30.0)
PAUSE_S = (1.0, 5.0)
FIRST_S = 600.0  # until the server has loaded what it needs
KEPT_S = 150.0  # Streamlit keeps a session for two minutes, in case its window comes back
SETTLE_S = 60.0
SPARE_THREADS, SPARE_SOCKETS = 8, 4
TOLD_LINES = 40  # of what the server said last
WIDTH, HEIGHT, FPS = 480, 360, 10


@dataclass
class Seen:
    """Attributes: seconds until each verdict; frames that came back; the longest pause between two
    of a call; connections of webcams; what went wrong, in words."""

    waits_s: list[float] = field(default_factory=list)
    frames: int = 0
    longest_pause_s: float = 0.0
    calls: int = 0
    trouble: list[str] = field(default_factory=list)

    def figures(self) -> dict:
        """For the record."""
        waits_s = sorted(self.waits_s) or [0.0]
        return {
            "judged": len(self.waits_s),
            "wait_p50_s": round(waits_s[len(waits_s) // 2], 1),
            "wait_max_s": round(waits_s[-1], 1),
            "calls": self.calls,
            "frames": self.frames,
            "longest_pause_s": round(self.longest_pause_s, 1),
        }


def main() -> int:
    """Run the command; the exit code is 1 where something was found."""
    args = _parser().parse_args()
    with served() as server:
        seen, before = Seen(), {}
        asyncio.run(_crowd(server, args, seen, before))
        time.sleep(KEPT_S)
        asyncio.run(visit_last(server))
        seen.trouble += what_is_left(server, before)[0]
    figures = {"visitors": args.visitors, "streams": args.streams, "minutes": args.minutes}
    figures |= seen.figures() | {"findings": len(set(seen.trouble))}
    findings = in_words("load", "load", seen.trouble, f"python -m {__spec__.name}")
    print(figures, *findings, sep="\n  ")
    if args.keep:
        keep("load", figures, findings)
    return int(bool(findings))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.torture.load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=4, help="who judge photos, at once (4)")
    parser.add_argument("--streams", type=int, default=1, help="webcams, at once (1)")
    parser.add_argument("--minutes", type=float, default=0.5, help="(0.5)")
    parser.add_argument("--keep", action="store_true", help="write bench/results/torture.json")
    return parser


@dataclass
class Server:
    """Attributes: place, as "127.0.0.1:8501"; the number of its process."""

    place: str
    number: int

    def held(self) -> dict[str, int]:
        """Its threads, sockets and megabytes."""
        proc = Path(f"/proc/{self.number}")
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        links = []
        for handle in (proc / "fd").iterdir():
            with contextlib.suppress(OSError):
                links.append(str(handle.readlink()))
        return {
            "threads": int(status["Threads"]),
            "sockets": sum(link.startswith("socket:") for link in links),
            "megabytes": int(status["VmRSS"].split()[0]) // 1024,
        }


@contextlib.contextmanager
def served(app: Path = ROOT / "app.py", **environment: str) -> Iterator[Server]:
    """A server of an app, which ends with the context.

    Args:
        app: its script.
        environment: variables that it has beside those of this process.
    """
    from tests.browser.conftest import free_port

    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with tempfile.TemporaryFile() as log:
        own = {"env": {**os.environ, **environment}, "stdout": log, "stderr": log}
        process = subprocess.Popen(command, cwd=app.parent, **own)
        try:
            yield Server(f"127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(timeout=60)
            log.seek(0)
            print(*log.read().decode("utf-8", "replace").splitlines()[-TOLD_LINES:], sep="\n")


async def _crowd(server: Server, args: argparse.Namespace, seen: Seen, before: dict) -> None:
    """All of them, for so long."""
    await until_it_answers(server)
    before |= server.held()
    until_s = time.monotonic() + 60 * args.minutes
    photos, camera = _photos(), pictures()
    each = [_judge(server, photos, n, until_s, seen) for n in range(args.visitors)]
    each += [_call(server, camera, n, until_s, seen) for n in range(args.streams)]
    await asyncio.gather(*each)


async def until_it_answers(server: Server) -> None:
    """Wait until it answers, and let it load what all share."""
    until_s = time.monotonic() + FIRST_S
    while True:
        try:
            async with Visitor(server.place, "Photo") as visitor:
                return await visitor.drop("first.jpg", load_examples()[0].data)
        except OSError:  # a TimeoutError is one
            if time.monotonic() > until_s:
                raise
            await asyncio.sleep(0.5)


async def visit_last(server: Server) -> None:
    """A visit, with which Streamlit collects what the sessions before it have left."""
    async with Visitor(server.place, "About"):
        pass


def _photos() -> list[bytes]:
    """A photo of almost the largest size, then small ones."""
    small = [example.data for example in load_examples()]
    face = cv2.resize(decode_image(small[0]).pixels, (2600, 2600))
    noise = np.random.default_rng(1).integers(-40, 40, face.shape)
    buffer = io.BytesIO()
    noisy = np.clip(face + noise, 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(buffer, "JPEG", quality=97, subsampling=0)
    large = buffer.getvalue()[:MAX_FILE_BYTES]
    return [large, *small]


async def _judge(server: Server, photos: list[bytes], number: int, until_s: float, seen: Seen):
    """One after another, each in a window of its own."""
    rng = random.Random(number)
    await asyncio.sleep(rng.uniform(0, PAUSE_S[1]))
    while time.monotonic() < until_s:
        photo = photos[0] if number == 0 else rng.choice(photos[1:])
        begun_s = time.monotonic()
        try:
            async with Visitor(server.place, "Photo") as visitor:
                await visitor.drop(f"{number}.jpg", photo)
                if not visitor.shows("download_button"):
                    raise Trouble("A photo was dropped, and no verdict came")
            seen.waits_s.append(time.monotonic() - begun_s)
        except Exception as error:
            seen.trouble.append(f"a photo: {type(error).__name__}: {error}"[:160])
        await asyncio.sleep(rng.uniform(*PAUSE_S))


def pictures() -> list[np.ndarray]:
    """What a webcam shows: a face that moves."""
    face = decode_image(load_examples()[0].data).pixels
    return list(moving_face(face, seed=3, size=(WIDTH, HEIGHT), frames=20, noise=0))


async def _call(
    server: Server, pictures: list[np.ndarray], number: int, until_s: float, seen: Seen
):
    """A webcam that is cut off again and again."""
    from tests.support.camera import Camera

    rng = random.Random(-number - 1)
    while time.monotonic() < until_s:
        ends_s = min(until_s, time.monotonic() + rng.uniform(*CALL_S))
        try:
            async with Visitor(server.place, "Webcam") as visitor:
                peer, tracks = await visitor.call(Camera(pictures, fps=FPS))
                try:
                    await _watch(tracks, ends_s, seen)
                finally:
                    await peer.close()
            seen.calls += 1
        except Exception as error:
            seen.trouble.append(f"a webcam: {type(error).__name__}: {error}"[:160])


async def _watch(tracks: asyncio.Queue, ends_s: float, seen: Seen) -> None:
    async with asyncio.timeout(ANSWER_S):
        track = await tracks.get()
        await track.recv()
    last_s = time.monotonic()
    while time.monotonic() < ends_s:
        async with asyncio.timeout(ANSWER_S):
            await track.recv()
        now_s = time.monotonic()
        seen.frames, pause_s, last_s = seen.frames + 1, now_s - last_s, now_s
        seen.longest_pause_s = max(seen.longest_pause_s, pause_s)
        if pause_s > STILL_S:
            raise Trouble(f"its picture stood still for more than {STILL_S:.0f} s")


def what_is_left(
    server: Server, before: dict[str, int], **spare: int
) -> tuple[list[str], dict[str, int]]:
    """What the server still holds when all are gone, in words and in figures.

    Args:
        server: that was used.
        before: what it held.
        spare: how much more it may hold of what, beside threads and sockets.
    """
    until_s = time.monotonic() + SETTLE_S
    limits = {"threads": SPARE_THREADS, "sockets": SPARE_SOCKETS, **spare}
    while True:
        now = server.held()
        more = [name for name, spare in limits.items() if now[name] > before[name] + spare]
        if not more or time.monotonic() > until_s:
            print(f"The server held {before}, and holds {now} now that all are gone.")
            return [f"{name} are left behind" for name in more], now
        time.sleep(2)


if __name__ == "__main__":
    sys.exit(main())
