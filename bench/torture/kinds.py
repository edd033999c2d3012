"""What is attempted with changed inputs, and which ways to refuse one are clean."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from bench.torture.mutate import mutate
from core.errors import UserError

SECONDS, MEGABYTES = 5.0, 1024


@dataclass(frozen=True)
class Part:
    """Inputs that one reader gets.

    Attributes:
        name: of the reader.
        seeds: sound inputs, made by code.
        attempt: reads a changed one; what it returns does not matter.
        refusals: what it may raise, and nothing else.
        tokens: words that mean something to it.
        refit: puts right what would end the reading at once, a checksum for example.
        weight: how often it is drawn, beside the others.
    """

    name: str
    seeds: Sequence[bytes]
    attempt: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...] = (UserError,)
    tokens: Sequence[bytes] = ()
    refit: Callable[[bytes], bytes] | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Kind:
    """Attributes: count of inputs; the limits that hold for each: processor time, megabytes more
    than the process had before; its share of the time, beside the others, where that is bounded."""

    name: str
    count: int
    seconds: float = SECONDS
    megabytes: int = MEGABYTES
    share: float = 1.0

    def parts(self) -> list[Part]:
        """Its readers, with what they need; takes seconds."""
        return import_module(f"bench.torture.{self.name}").parts()


KINDS = {
    kind.name: kind
    for kind in (
        Kind("pictures", 20_000, share=4),
        Kind("texts", 20_000, share=2),
        Kind("videos", 2_000, share=4),
        Kind("files", 2_000),
        Kind("photos", 300),
        Kind("pages", 200, seconds=180.0, share=3),  # they judge and paint faces as well
        Kind("artifacts", 300, seconds=180.0, share=3),  # networks are loaded anew each time
    )
}


def make_input(parts: Sequence[Part], kind: str, seed: int, number: int) -> tuple[Part, bytes]:
    """The n-th input of a kind: the same for the same seed."""
    rng = random.Random(f"{seed} {kind} {number}")
    part = rng.choices(parts, [each.weight for each in parts])[0]
    data = mutate(rng, rng.choice(part.seeds), part.seeds, part.tokens)
    return part, part.refit(data) if part.refit and rng.random() < 0.7 else data
