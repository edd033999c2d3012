"""A map of faces: those with similar features in the second opinion lie close together.

The features are the head's last hidden layer; t-SNE (van der Maaten and Hinton, JMLR 2008) embeds
them in the plane so that neighbours stay neighbours. Distances between groups mean little.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from core.dataset.reading import Unread, read_files
from core.imaging import to_model_input
from core.inference.aligned import aligned_face
from core.inference.second import SIDE_PX, SecondOpinion

CHUNK = 16
FEWEST = 3  # faces that make a map
_FEW = 20  # with fewer faces neighbours say little: two principal components are drawn instead
_PERPLEXITY = 30.0  # about how many neighbours count; t-SNE's usual value
_STEPS = 500  # half of the usual: with so few faces the layout has converged
_KEYS = ["path", "modified_ns"]


class FaceFeatures:
    """The head's features of faces, by file and time of modification; no picture is kept.

    Attributes:
        failed: path -> why it could not be read.
    """

    def __init__(self) -> None:
        self.failed: dict[str, str] = {}
        self._known: dict[tuple[str, int], np.ndarray] = {}

    def missing(self, faces: pd.DataFrame) -> pd.DataFrame:
        """The rows of an index whose features are not computed yet, in their order."""
        waiting = [
            key not in self._known and key[0] not in self.failed
            for key in faces[_KEYS].itertuples(index=False, name=None)
        ]
        return faces[np.array(waiting, bool)]

    def look(self, faces: pd.DataFrame, second: SecondOpinion) -> Iterator[int]:
        """Compute the missing features; the caller may stop at any count.

        Args:
            faces: rows of an index; each picture is one aligned face.
            second: the second opinion.

        Yields:
            How many of `faces` are done: before the first chunk, then after each.
        """
        waiting = self.missing(faces)
        done, paths = len(faces) - len(waiting), list(waiting["path"])
        yield done
        keys = list(waiting[_KEYS].itertuples(index=False, name=None))
        for chunk in read_files(paths, _read, chunk=CHUNK):
            good = [found for found in chunk if not isinstance(found, Unread)]
            self.failed |= {found.path: found.error for found in chunk if isinstance(found, Unread)}
            if good:
                rows = head_features(np.stack([found.value for found in good]), second)
                self._known |= {
                    keys[found.number]: row for found, row in zip(good, rows, strict=True)
                }
            done += len(chunk)
            yield done

    def of(self, faces: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """The features of the faces of an index.

        Returns:
            The index labels of the rows with features, int64 (n,), and these, float32 (n, d);
            (0, 0) if there are none.
        """
        keys = faces[_KEYS].itertuples(index=False, name=None)
        found = [(row, self._known[key]) for row, key in zip(faces.index, keys, strict=True)
                 if key in self._known]  # fmt: skip
        rows = np.array([row for row, _ in found], np.int64)
        features = [row for _, row in found]
        return rows, np.stack(features).astype(np.float32) if features else np.zeros((0, 0))


def _read(path: str, number: int) -> np.ndarray:
    pixels = aligned_face(Path(path).read_bytes())
    return to_model_input(pixels, SIDE_PX)


def head_features(faces: np.ndarray, second: SecondOpinion) -> np.ndarray:
    """The last hidden layer of the second opinion's head for each face.

    Args:
        faces: float32 (n, `SIDE_PX`, `SIDE_PX`, 3) in [0, 1].
        second: the second opinion.

    Returns:
        float16 (n, m * h): the hidden layers of the head's m networks of h units, side by side.
    """
    head = second.head
    components = head.components(second.backbone.features(faces))
    inner = head.hidden_layers(components)
    return inner.transpose(1, 0, 2).reshape(len(faces), -1).astype(np.float16)


def lay_out(features: np.ndarray) -> np.ndarray:
    """Embed features in the plane; the same features give the same result.

    Args:
        features: float32 (n, d), n at least `FEWEST`.

    Returns:
        float32 (n, 2) in [-1, 1]; all 0 if all features are equal.
    """
    from sklearn.decomposition import PCA  # kept out of the start of every page
    from sklearn.manifold import TSNE

    if not np.ptp(features, axis=0).any():
        return np.zeros((len(features), 2), np.float32)  # t-SNE would crash
    if len(features) < _FEW:
        places = PCA(2, random_state=0).fit_transform(features)
    else:
        perplexity = min(_PERPLEXITY, (len(features) - 1) / 3)
        layout = TSNE(perplexity=perplexity, init="pca", max_iter=_STEPS, random_state=0)
        places = layout.fit_transform(features)
    places = places - places.mean(axis=0)
    return (places / max(float(np.abs(places).max()), 1e-9)).astype(np.float32)
