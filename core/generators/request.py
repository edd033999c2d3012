"""Which faces are wanted: everything a link, a file's metadata or a page's widgets say of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.errors import UserError
from core.generators import GENERATORS
from core.generators.base import FaceGenerator
from core.generators.codes import moved, truncated_codes
from core.generators.files import MAX_SEED, check_psi, check_seed

SLIDERS = 6  # of the strongest directions
EDIT_RANGE = 10.0
MAX_AVERAGED = 16
_DIGITS = 20  # of a number that is typed; Python refuses to read thousands of them


@dataclass(frozen=True)
class FaceRequest:
    """A number of faces of one generator.

    Attributes:
        generator: one of `core.generators.GENERATORS`.
        seed: of the first face; the others follow.
        count: how many faces.
        psi: truncation.
        amounts: how far each face is moved along the strongest directions, as shares of the
            generator's reach, in [-1, 1].
        edits: numbers of the first face's code that are set by hand: place -> value.
    """

    generator: str = "dcgan"
    seed: int = 0
    count: int = 16
    psi: float = 1.0
    amounts: tuple[float, ...] = (0.0,) * SLIDERS
    edits: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self):
        if self.generator not in GENERATORS:
            raise UserError(
                f"A generator is one of {', '.join(GENERATORS)}. Received: {self.generator[:40]}"
            )
        check_seed(self.seed)
        check_psi(self.psi)
        counts = GENERATORS[self.generator].counts
        if self.count not in counts:
            raise UserError(f"The number of faces is one of {counts}. Received: {self.count}")
        if len(self.amounts) != SLIDERS or not all(-1 <= amount <= 1 for amount in self.amounts):
            raise UserError(f"Directions are {SLIDERS} numbers from -1 to 1.")
        if not all(abs(value) <= EDIT_RANGE for value in self.edits.values()):
            raise UserError(f"Numbers of a code are from -{EDIT_RANGE:g} to {EDIT_RANGE:g}.")

    @property
    def seeds(self) -> list[int]:
        """Of all faces, from the first on; after the last possible seed comes 0."""
        return [(self.seed + number) % (MAX_SEED + 1) for number in range(self.count)]

    def codes(self, generator: FaceGenerator, seeds: list[int]) -> np.ndarray:
        """The codes of faces: truncated, then moved along the directions.

        Args:
            generator: the one that is asked for.
            seeds: which faces; the edits are left out, they belong to one face alone.
        """
        codes = truncated_codes(generator, seeds, self.psi)
        steps = np.array(self.amounts, np.float32) * generator.reach
        return moved(codes, generator.directions[:SLIDERS], steps)

    def edited_code(self, generator: FaceGenerator) -> np.ndarray:
        """The code of the first face, with what was set by hand: float32 (1, dim)."""
        code = self.codes(generator, [self.seed])
        for place, value in self.edits.items():
            if place < code.shape[1]:
                code[0, place] = value
        return code

    def made_by(self) -> dict:
        """What a picture's metadata say of how it was made: seed, psi, and changes, if any."""
        query = self.to_query()
        changes = {name: query[name] for name in ("directions", "edits") if name in query}
        return {"seed": self.seed, "psi": self.psi, **changes}

    def to_query(self) -> dict[str, str]:
        """As parameters of a link; what is as usual is left out."""
        usual, query = FaceRequest(), {}
        if self.generator != usual.generator:
            query["generator"] = self.generator
        query["seed"] = str(self.seed)
        if self.count != GENERATORS[self.generator].counts[1]:
            query["count"] = str(self.count)
        if self.psi != usual.psi:
            query["psi"] = f"{self.psi:g}"
        if any(self.amounts):
            query["directions"] = ",".join(f"{amount:g}" for amount in self.amounts)
        if self.edits:
            query["edits"] = ",".join(f"{p}:{v:.9g}" for p, v in sorted(self.edits.items()))
        return query


def read_query(query: Mapping[str, str]) -> tuple[FaceRequest, list[str]]:
    """Read a link's parameters, which may say anything.

    Returns:
        The request, with the usual value wherever a parameter is wrong, and a sentence for
        each that is.
    """
    values, problems = {}, []
    for name, read in _READERS.items():
        text = query.get(name)
        if text is None:
            continue
        try:
            value = read(text)
            FaceRequest(**_fitting({**values, _FIELDS.get(name, name): value}))
        except (ValueError, UserError) as error:
            said = f" {error}" if isinstance(error, UserError) else ""
            problems.append(f"The link's {name} was not understood and left out.{said}")
        else:
            values[_FIELDS.get(name, name)] = value
    return FaceRequest(**_fitting(values)), problems


def read_seeds(text: str) -> list[int]:
    """Read seeds a user typed, separated by commas or spaces.

    Raises:
        UserError: none, more than 16, or not seeds.
    """
    parts = text.replace(",", " ").split()
    numbers = all(part.isascii() and part.isdigit() and len(part) <= _DIGITS for part in parts)
    if not numbers or not 1 <= len(parts) <= MAX_AVERAGED:
        raise UserError(f"Type 1 to {MAX_AVERAGED} seeds, such as 3, 14, 15.")
    seeds = [int(part) for part in parts]
    for seed in seeds:
        check_seed(seed)
    return seeds


def _fitting(values: dict) -> dict:
    """The number of faces depends on the generator."""
    if "count" in values or values.get("generator", "dcgan") not in GENERATORS:
        return values
    return {**values, "count": GENERATORS[values.get("generator", "dcgan")].counts[1]}


def _amounts(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


def _edits(text: str) -> dict[int, float]:
    pairs = [part.split(":") for part in text.split(",")[:1000]]
    edits = {int(place): float(value) for place, value in pairs}
    if any(place < 0 for place in edits):
        raise ValueError("a place below 0")
    return edits


_FIELDS = {"directions": "amounts"}
_READERS = {  # the generator first: what else is allowed depends on it
    "generator": str,
    "seed": int,
    "count": int,
    "psi": float,
    "directions": _amounts,
    "edits": _edits,
}
