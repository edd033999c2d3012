"""Generated faces as files that say how they were made."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL.PngImagePlugin import PngInfo

from core.atomic import write_atomically
from core.config import GENERATED_MARK
from core.errors import UserError, WrongUsage
from core.generators.base import FaceGenerator
from core.generators.codes import truncated_codes
from core.imaging import encode

MAX_COUNT = 100_000
MAX_SEED = 2**31 - 1
PSI_RANGE = (0.0, 1.5)


def check_seed(seed: int) -> None:
    """Raise WrongUsage unless a seed is one."""
    if not 0 <= seed <= MAX_SEED:
        raise WrongUsage(f"A seed is a whole number from 0 to {MAX_SEED}. Received: {seed}")


def check_psi(psi: float) -> None:
    """Raise WrongUsage unless psi is in its range."""
    if not PSI_RANGE[0] <= psi <= PSI_RANGE[1]:  # also refuses NaN
        raise WrongUsage(f"psi is from {PSI_RANGE[0]:g} to {PSI_RANGE[1]:g}. Received: {psi}")


def to_tagged_png(pixels: np.ndarray, generator: FaceGenerator, made_by: dict) -> bytes:
    """A PNG file with the generator's name, the hash of its weights and more in its metadata.

    Args:
        pixels: uint8 (h, w, 3), RGB.
        generator: who painted it.
        made_by: JSON values, each a text chunk: seed, psi, ...

    Returns:
        The same bytes for the same arguments.
    """
    info = PngInfo()
    info.add_text("Software", GENERATED_MARK)
    info.add_text("generator", generator.name)
    info.add_text("model_sha256", generator.version)
    for key, value in made_by.items():
        info.add_text(key, value if isinstance(value, str) else json.dumps(value))
    return encode(pixels, "PNG", pnginfo=info)


def write_faces(
    generator: FaceGenerator, seed: int, count: int, folder: Path, psi: float
) -> Iterator[Path]:
    """Paint the faces of `count` seeds from `seed` on, one PNG file each.

    Args:
        generator: who paints.
        seed: of the first face.
        count: of faces; file `seed{S}_{i}.png` has the face of seed S + i.
        folder: made if it is not there; files of the same names must be of the same faces.
        psi: truncation.

    Yields:
        Each file, once it is written.

    Raises:
        WrongUsage: a value out of range.
        UserError: the folder cannot be written, or has another face by the name of one of these.
    """
    if not 1 <= count <= MAX_COUNT:
        raise WrongUsage(f"The count is from 1 to {MAX_COUNT}. Received: {count}")
    check_seed(seed)
    if seed + count - 1 > MAX_SEED:
        raise WrongUsage(
            f"The last seed is {MAX_SEED}: {count} faces cannot begin so high. Received: {seed}"
        )
    check_psi(psi)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file, not a folder. Name another --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # its own reason may mislead: /proc says that there is no such folder
        raise UserError(f"{folder} cannot be made. Name an --out that you may write to.") from error
    try:
        for number in range(count):
            codes = truncated_codes(generator, [seed + number], psi)
            data = to_tagged_png(
                generator.paint(codes)[0], generator, {"seed": seed + number, "psi": psi}
            )
            file = folder / f"seed{seed}_{number}.png"
            if file.exists() and file.read_bytes() != data:
                raise UserError(
                    f"{file} is there already, of another generator or psi. Name another --out."
                )
            write_atomically(file, data)
            yield file
    except OSError as error:
        raise UserError(f"{folder} cannot be written ({error.strerror}).") from error
