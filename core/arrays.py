"""Named arrays as the bytes of an `.npz` file, and back without ever running what is in it."""

import io
import zipfile
from pathlib import Path

import numpy as np


def pack_arrays(arrays: dict[str, np.ndarray]) -> bytes:
    """Named arrays as the bytes of an `.npz` file, stored as they are."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpack_arrays(source: Path | bytes) -> dict[str, np.ndarray]:
    """Read what `pack_arrays` made; it cannot unfold to more than its own size.

    Args:
        source: the file, or its bytes.

    Raises:
        ValueError: it is missing, damaged, or packed.
    """
    try:
        with zipfile.ZipFile(_opened(source)) as archive:
            packed = any(file.compress_type != zipfile.ZIP_STORED for file in archive.infolist())
        if packed:  # not by us: perhaps a bomb
            raise ValueError("It is packed")
        with np.load(_opened(source), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception as error:  # zipfile and numpy raise many types on damaged files
        raise ValueError(f"No arrays can be read: {error}") from error


def _opened(source: Path | bytes) -> Path | io.BytesIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source
