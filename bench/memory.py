"""What the server holds after round upon round of visits, beside an empty app with as many pages.

    python -m bench.memory [--rounds 8] [--sessions 4] [--env MALLOC_ARENA_MAX=2 ...]

In a round some browser windows at once open every page and are closed: each drops a photo, paints
faces of seeds that nobody had, looks through a data set and opens another quiz. What is loaded at
first use is loaded after the first round, so from then on memory should stand still: "last over
the first" says how far it does. --env adds a contestant of ours with these variables. How long a
page takes to switch to, from the asking to its last element, is measured meanwhile, without a
browser's drawing.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.common import print_table, write_json
from bench.torture.load import KEPT_S, Server, served
from bench.torture.visitor import Visitor
from core.config import ROOT
from core.examples import load_examples
from core.generators import GENERATORS
from core.imaging import decode_image, encode

EMPTY = "import streamlit as st\nst.title('Empty')\n"
FIRST_S = 600.0  # until the server answers and the first page is there


@dataclass
class Seen:
    """Attributes: what the server held after each round (see `Server.held`), what it held once all
    were gone, and how long each switch of the page took, in seconds."""

    rounds: list[dict[str, int]] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)
    switches_s: list[float] = field(default_factory=list)

    def row(self, app: str) -> dict:
        """For the table and the record."""
        first, last = self.rounds[0], self.rounds[-1]
        p50_ms, p95_ms = 1000 * np.percentile(self.switches_s, [50, 95])
        return {
            "app": app,
            "first_mb": first["megabytes"],
            "last_mb": last["megabytes"],
            "gone_mb": self.gone["megabytes"],
            "last over the first": last["megabytes"] / first["megabytes"],
            "threads": self.gone["threads"],
            "sockets": self.gone["sockets"],
            "switch_p50_ms": float(p50_ms),
            "switch_p95_ms": float(p95_ms),
        }


def main() -> None:
    args = _parser().parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = _data(Path(scratch))
        own = {"FACES_ROOT": scratch, "XDG_CACHE_HOME": f"{scratch}/cache"}
        contestants = {"empty app": (_empty(Path(scratch)), {}), "ours": (ROOT / "app.py", own)}
        if args.env:
            more = dict(pair.split("=", 1) for pair in args.env)
            contestants[f"ours, {' '.join(args.env)}"] = (ROOT / "app.py", own | more)
        seen = {name: Seen() for name in contestants}
        for name, (app, environment) in contestants.items():
            with served(app, **environment) as server:
                asyncio.run(_rounds(server, data, name != "empty app", args, seen[name]))
                time.sleep(KEPT_S)
                asyncio.run(_last(server))
                seen[name].gone = server.held()
    rows = [each.row(name) for name, each in seen.items()]
    for row in rows:
        row["times the empty app"] = row["last_mb"] / rows[0]["last_mb"]
    print_table(rows)
    rounds = [
        {"app": name, "round": number, **held}
        for name, each in seen.items()
        for number, held in enumerate(each.rounds, start=1)
    ]
    write_json("memory", rows + rounds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--rounds", type=int, default=8, help="(8)")
    parser.add_argument("--sessions", type=int, default=4, help="browser windows at once (4)")
    parser.add_argument("--env", nargs="+", metavar="NAME=VALUE", help="another contestant's")
    return parser


def _data(folder: Path) -> Path:
    from tests.conftest import write_dataset

    return write_dataset(folder / "set", {"train": 30, "valid": 10, "test": 10}, 128)


def _empty(folder: Path) -> Path:
    """An app that does nothing, with our pages' names."""
    (folder / "empty" / "pages").mkdir(parents=True)
    for page in (ROOT / "pages").glob("*.py"):
        (folder / "empty" / "pages" / page.name).write_text(EMPTY)
    (folder / "empty" / "app.py").write_text(EMPTY)
    return folder / "empty" / "app.py"


async def _rounds(
    server: Server, data: Path, ours: bool, args: argparse.Namespace, seen: Seen
) -> None:
    await _answer(server)
    for number in range(args.rounds):
        begun_s = time.monotonic()
        windows = range(number * args.sessions, (number + 1) * args.sessions)
        await asyncio.gather(*(_visit(server, data, each, ours, seen) for each in windows))
        seen.rounds.append(server.held())
        print(f"round {number + 1}: {time.monotonic() - begun_s:.0f} s, {seen.rounds[-1]}",
              flush=True)  # fmt: skip


async def _answer(server: Server) -> None:
    """Wait until it answers."""
    until_s = time.monotonic() + FIRST_S
    while True:
        try:
            async with Visitor(server.place, ""):
                return
        except OSError:
            if time.monotonic() > until_s:
                raise
            await asyncio.sleep(0.2)


async def _visit(server: Server, data: Path, number: int, ours: bool, seen: Seen) -> None:
    """One browser window, which opens every page."""
    async with Visitor(server.place, "") as visitor:
        for page, query in visited(data, number):
            begun_s = time.monotonic()
            await visitor.go(page, query)
            seen.switches_s.append(time.monotonic() - begun_s)
            if ours and page == "Photo":
                await visitor.drop(f"{number}.jpg", _photo(number))


async def _last(server: Server) -> None:
    """A visit, with which Streamlit collects what the sessions before it have left."""
    async with Visitor(server.place, "About"):
        pass


def visited(data: Path, number: int) -> Iterator[tuple[str, str]]:
    """Every page, with an address that nobody had before."""
    first, *others = GENERATORS
    yield "Photo", ""
    yield "Webcam", ""
    yield "Generator", f"generator={first}&seed={1000 * number}&view=faces"
    yield "Dataset", f"data={data}&view=browse"
    yield "Training", ""
    for name in others:
        yield "Generator", f"generator={name}&seed={1000 * number}&view=faces"
        yield "Evaluation", ""
    yield "Quiz", f"quiz={number % 10_000}"
    yield "About", ""


def _photo(number: int) -> bytes:
    """An example with noise of its own, so that nothing knows it."""
    examples = load_examples()
    pixels = decode_image(examples[number % len(examples)].data).pixels
    noise = np.random.default_rng(number).integers(-8, 9, pixels.shape)
    return encode(np.clip(pixels + noise, 0, 255).astype(np.uint8), "JPEG", quality=90)


if __name__ == "__main__":
    main()
