"""What small measuring functions see of a face, and which of it a generator's directions move.

Nobody names a direction: the same faces are painted along it, and the trait that changes with it
most reliably gives it its name, if one does.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from core.dataset.framing import ffhq_frame
from core.dataset.real_faces import framed
from core.generators.base import FaceGenerator
from core.generators.codes import moved
from core.inference.landmarks import FaceMesh

FIRST_SEED = 3_000_000
STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)  # of a generator's reach, as the page's sliders go
LEAST_CORRELATION = 0.6  # below, a direction has no name
_EYE_GROUPS = ((33, 133, 159, 145), (263, 362, 386, 374))  # of the mesh: as seen, left and right
_NOSE, _LIPS, _CORNERS = 1, (13, 14), (61, 291)
_LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Trait:
    """Something that can be measured of a face.

    Attributes:
        low, high: what a small and a large value look like, in a word that goes with the
            trait's name.
        measure: from the mesh, float64 (468, 2) as shares of the picture's side, and the
            picture, float64 (side, side, 3) in [0, 1], to a number.
    """

    low: str
    high: str
    measure: Callable[[np.ndarray, np.ndarray], float]


def _eyes(mesh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left, right = (mesh[list(group)].mean(axis=0) for group in _EYE_GROUPS)
    return left, right


def _turn(mesh: np.ndarray, _picture: np.ndarray) -> float:
    left, right = _eyes(mesh)
    return float((mesh[_NOSE] - (left + right) / 2) @ (right - left) / _length(right - left) ** 2)


def _nod(mesh: np.ndarray, _picture: np.ndarray) -> float:
    eyes, mouth = np.mean(_eyes(mesh), axis=0), mesh[list(_CORNERS)].mean(axis=0)
    return float((mesh[_NOSE, 1] - eyes[1]) / max(mouth[1] - eyes[1], 1e-3))


def _smile(mesh: np.ndarray, _picture: np.ndarray) -> float:
    left, right = _eyes(mesh)
    return _length(mesh[_CORNERS[1]] - mesh[_CORNERS[0]]) / _length(right - left)


def _open(mesh: np.ndarray, _picture: np.ndarray) -> float:
    left, right = _eyes(mesh)
    return _length(mesh[_LIPS[1]] - mesh[_LIPS[0]]) / _length(right - left)


def _length(vector: np.ndarray) -> float:
    return max(float(np.linalg.norm(vector)), 1e-6)


def _light(top: float, bottom: float, left: float, right: float) -> Callable:
    """The mean brightness of a part of the picture, given as shares of its side."""

    def measure(_mesh: np.ndarray, picture: np.ndarray) -> float:
        part = _part(picture, top, bottom, left, right)
        return float((part @ _LUMA).mean())

    return measure


def _part(picture: np.ndarray, top: float, bottom: float, left: float, right: float):
    side = picture.shape[0]
    rows, columns = slice(int(top * side), int(bottom * side)), slice(int(left * side), None)
    return picture[rows, columns][:, : int((right - left) * side)]


def _warmth(_mesh: np.ndarray, picture: np.ndarray) -> float:
    red, _, blue = _part(picture, 0.3, 0.75, 0.3, 0.7).mean(axis=(0, 1))
    return float(red - blue)


def _from_the_right(mesh: np.ndarray, picture: np.ndarray) -> float:
    halves = (_light(0.3, 0.75, left, left + 0.2)(mesh, picture) for left in (0.25, 0.55))
    left, right = halves
    return right - left


def _background(mesh: np.ndarray, picture: np.ndarray) -> float:
    corners = (_light(0, 0.3, left, left + 0.12)(mesh, picture) for left in (0.0, 0.88))
    return float(np.mean(list(corners)))


TRAITS = {
    "turn": Trait("left", "right", _turn),
    "head": Trait("up", "down", _nod),
    "mouth width": Trait("narrow", "broad", _smile),
    "mouth": Trait("closed", "open", _open),
    "face": Trait("dark", "light", _light(0.3, 0.75, 0.25, 0.75)),
    "colours": Trait("cool", "warm", _warmth),
    "light from": Trait("left", "right", _from_the_right),
    "background": Trait("dark", "bright", _background),
    "hair": Trait("dark", "light", _light(0.0, 0.1, 0.3, 0.7)),
}


@dataclass(frozen=True)
class NamedDirection:
    """What a direction was measured to do.

    Attributes:
        trait: the name in `TRAITS`, or None where nothing fits.
        low, high: what its two ends look like.
        correlation: of steps along it with the trait that fits best, each seed by itself; in
            [-1, 1].
        faces: how many were measured.
    """

    trait: str | None
    low: str
    high: str
    correlation: float
    faces: int


def measure_directions(
    generator: FaceGenerator, directions: int, seeds: int = 40
) -> list[dict[str, object]]:
    """Name the strongest directions of a generator by what is measured along them.

    Args:
        generator: whose.
        directions: how many of them.
        seeds: how many faces are moved along each.

    Returns:
        A `NamedDirection` for each as JSON values, in order. A trait is given to one direction
        only: to the one that moves it most reliably.

    Raises:
        UserError: the face mesh is not installed.
    """
    mesh = FaceMesh()
    codes = generator.codes(list(range(FIRST_SEED, FIRST_SEED + seeds)))
    found = [
        _correlations(generator, mesh, codes, row) for row in generator.directions[:directions]
    ]
    names: dict[int, str] = {}
    ranked = sorted(
        ((abs(r), number, trait) for number, row in enumerate(found) for trait, r in row.items()),
        reverse=True,
    )
    for strength, number, trait in ranked:
        if strength >= LEAST_CORRELATION and number not in names and trait not in names.values():
            names[number] = trait
    count = len(codes) * len(STEPS)
    return [asdict(_named(row, names.get(number), count)) for number, row in enumerate(found)]


def _named(row: dict[str, float], trait: str | None, faces: int) -> NamedDirection:
    if trait is None:
        return NamedDirection(None, "", "", max(row.values(), key=abs), faces)
    ends = TRAITS[trait].low, TRAITS[trait].high
    low, high = ends if row[trait] > 0 else ends[::-1]
    return NamedDirection(trait, low, high, row[trait], faces)


def _correlations(
    generator: FaceGenerator, mesh: FaceMesh, codes: np.ndarray, direction: np.ndarray
) -> dict[str, float]:
    """How each trait goes with steps along a direction, seeds held apart."""
    values = np.array(
        [
            [
                traits_of(mesh, framed(face, generator.framing))
                for face in generator.paint(
                    moved(codes, direction[None], np.array([step * generator.reach]))
                )
            ]
            for step in STEPS
        ]
    )  # (steps, seeds, traits)
    values -= values.mean(axis=0)
    steps = np.array(STEPS)[:, None]
    spread = np.sqrt((values**2).sum(axis=(0, 1)) * (steps**2).sum() * len(codes))
    agreed = (values * steps[..., None]).sum(axis=(0, 1))
    return dict(zip(TRAITS, (agreed / np.maximum(spread, 1e-9)).tolist(), strict=True))


def traits_of(mesh: FaceMesh, face: np.ndarray) -> list[float]:
    """The value of each of `TRAITS`.

    Args:
        mesh: finds the points.
        face: uint8 (side, side, 3), RGB, framed as `core.dataset.real_faces.framed` does.
    """
    points = mesh.mesh(face, ffhq_frame(face.shape[0]))[0] / face.shape[0]
    picture = face.astype(np.float64) / 255
    return [trait.measure(points, picture) for trait in TRAITS.values()]
