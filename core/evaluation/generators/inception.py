"""The network that FID is defined with, for those who have its file; we may not ship it."""

import hashlib
from pathlib import Path

import numpy as np

from core.errors import UserError

_INPUT, _POOLED = "ExpandDims:0", "pool_3:0"
_BATCH = 16


class InceptionSpace:
    """Features of the Inception graph of 2015-12-05, as in Heusel et al., NeurIPS 2017.

    Attributes:
        sha256: of the file, to be stated beside a figure measured with it.
    """

    def __init__(self, file: Path):
        """Load the graph.

        Args:
            file: `classify_image_graph_def.pb` out of TensorFlow's `inception-2015-12-05.tgz`.

        Raises:
            UserError: the file cannot be read or is not that graph.
        """
        try:
            data = file.read_bytes()
            self._run = _imported(data)
        except OSError as error:
            raise UserError(f"{file} cannot be read ({error.strerror}).") from error
        except Exception as error:  # protobuf and TensorFlow raise many types
            raise UserError(
                f"{file} is not the Inception graph that FID is measured with. Give the "
                "classify_image_graph_def.pb of inception-2015-12-05.tgz."
            ) from error
        self.sha256 = hashlib.sha256(data).hexdigest()

    def features(self, faces: np.ndarray) -> np.ndarray:
        """The pooled features of faces; the graph itself scales them to 299 pixels.

        Args:
            faces: uint8 (n, side, side, 3), RGB.

        Returns:
            float64 (n, 2048).
        """
        starts = range(0, len(faces), _BATCH)
        parts = [self._run(faces[start : start + _BATCH].astype(np.float32)) for start in starts]
        return np.concatenate(parts).astype(np.float64)


def _imported(data: bytes):
    """A function from float32 (n, side, side, 3) in [0, 255] to the pooled features (n, d)."""
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef.FromString(data)

    def pooled(faces: tf.Tensor) -> tf.Tensor:
        (output,) = tf.import_graph_def(graph, {_INPUT: faces}, [_POOLED], name="")
        return tf.reshape(output, (tf.shape(output)[0], -1))

    shape = tf.TensorSpec((None, None, None, 3), tf.float32)
    function = tf.compat.v1.wrap_function(pooled, [shape])
    return lambda faces: function(tf.constant(faces)).numpy()
