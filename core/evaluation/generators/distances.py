"""How near a set of faces is to another, from features of both. Nothing here knows a generator."""

from dataclasses import dataclass

import cv2
import numpy as np
from sklearn.neighbors import NearestNeighbors

NEIGHBOURS = 5
KID_SUBSETS, KID_SUBSET_SIZE = 50, 250
MS_SSIM_PAIRS = 500
# The scales' weights of Wang et al. (Asilomar 2003) without the fifth, for which faces of 128
# pixels are too small; scaled to sum to 1.
MS_SSIM_WEIGHTS = tuple(weight / 0.8667 for weight in (0.0448, 0.2856, 0.3001, 0.2363))


@dataclass(frozen=True)
class Manifold:
    """Where a set lies and how far the 5th neighbour of each of its members is.

    Attributes:
        features: float64 (n, d).
        radii: float64 (n,).
    """

    features: np.ndarray
    radii: np.ndarray


def manifold(features: np.ndarray) -> Manifold:
    """The manifold of a set of features, (n, d)."""
    search = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(features)
    distances, _ = search.kneighbors(features)  # the nearest of each is itself
    return Manifold(features, distances[:, -1])


def frechet_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Fréchet distance of two Gaussians fitted to features (Heusel et al., NeurIPS 2017).

    It falls with n, so compare only sets of equal size.

    Args:
        one, other: float (n, d) and (m, d).
    """
    gap = ((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum()
    first, second = _root(one), _root(other)
    # Of covariances A'A and B'B the trace of the root of their product is the sum of the singular
    # values of A times B': no matrix of d x d is needed where faces are fewer than features.
    shared = np.linalg.svd(first @ second.T, compute_uv=False).sum()
    return float(max(0.0, gap + (first**2).sum() + (second**2).sum() - 2 * shared))


def _root(features: np.ndarray) -> np.ndarray:
    """A of the covariance A'A of features (n, d), with no more rows than columns."""
    centred = features.astype(np.float64) - features.mean(axis=0)
    centred /= np.sqrt(len(features) - 1)
    if len(centred) > centred.shape[1]:
        centred = np.asarray(np.linalg.qr(centred, mode="r"))
    return centred


def kernel_distance(one: np.ndarray, other: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """KID: squared MMD with the kernel (x y / d + 1)^3 (Binkowski et al., ICLR 2018).

    Args:
        one, other: float (n, d) and (m, d).
        seed: of the subsets drawn.

    Returns:
        Mean over 50 pairs of subsets of at most 250, and the standard error of that mean.
    """
    rng, size = np.random.default_rng(seed), min(KID_SUBSET_SIZE, len(one), len(other))
    values = [
        _squared_mmd(
            one[rng.choice(len(one), size, replace=False)],
            other[rng.choice(len(other), size, replace=False)],
        )
        for _ in range(KID_SUBSETS)
    ]
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(KID_SUBSETS))


def _squared_mmd(one: np.ndarray, other: np.ndarray) -> float:
    """Unbiased: pairs of a face with itself are left out."""

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return (a @ b.T / a.shape[1] + 1) ** 3

    count = len(one)
    within = 0.0
    for part in (one, other):
        values = kernel(part, part)
        within += (values.sum() - np.trace(values)) / (count * (count - 1))
    return float(within - 2 * kernel(one, other).mean())


def precision_recall(real: Manifold, made: Manifold) -> dict[str, float]:
    """Shares of faces that lie among those of the other set.

    Returns:
        precision and recall (Kynkäänniemi et al., NeurIPS 2019): the share of made faces within
        the reach of a real one, and the reverse. density and coverage (Naeem et al., ICML
        2020): how many real faces reach a made one, over 5, and the share of real faces with a
        made one in reach.
    """
    distances = np.sqrt(
        np.maximum(
            (made.features**2).sum(1)[:, None]
            + (real.features**2).sum(1)[None]
            - 2 * made.features @ real.features.T,
            0,
        )
    )
    reached = distances <= real.radii[None]  # made face i lies in the ball of real face j
    return {
        "precision": float(reached.any(axis=1).mean()),
        "recall": float((distances <= made.radii[:, None]).any(axis=0).mean()),
        "density": float(reached.sum() / NEIGHBOURS / len(distances)),
        "coverage": float((distances.min(axis=0) <= real.radii).mean()),
    }


def memorization(made: np.ndarray, held_out: np.ndarray, trained_on: np.ndarray) -> dict:
    """Whether made faces are nearer to the training faces than faces never seen are.

    Args:
        made, held_out, trained_on: features (n, d) of generated faces, of real faces that were
            not trained on, and of those that were.

    Returns:
        nearest_ratio: median distance of a made face to its nearest training face over that of
        a held-out one; a copier's is near 0. suspicious: the share of made faces nearer than
        the nearest 1% of held-out ones; 0.01 is expected of fresh real faces.
    """
    search = NearestNeighbors(n_neighbors=1).fit(trained_on)
    near = [search.kneighbors(part)[0][:, 0] for part in (made, held_out)]
    return {
        "nearest_ratio": float(np.median(near[0]) / np.median(near[1])),
        "suspicious": float((near[0] < np.quantile(near[1], 0.01)).mean()),
    }


def sharpness_ratio(made: np.ndarray, real: np.ndarray) -> float:
    """Median variance of the Laplacian of made faces over that of real ones.

    Args:
        made, real: uint8 (n, side, side, 3).
    """
    medians = [np.median([_laplacian_variance(face) for face in part]) for part in (made, real)]
    return float(medians[0] / medians[1])


def _laplacian_variance(face: np.ndarray) -> float:
    return cv2.Laplacian(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var()


def ms_ssim_diversity(faces: np.ndarray, seed: int = 0) -> float:
    """Mean MS-SSIM of pairs of faces: higher means more alike (Odena et al., ICML 2017).

    Args:
        faces: uint8 (n, 128, 128, 3).
        seed: of the pairs drawn.
    """
    import tensorflow as tf

    rng = np.random.default_rng(seed)
    first = rng.integers(0, len(faces), MS_SSIM_PAIRS)
    second = (first + rng.integers(1, len(faces), MS_SSIM_PAIRS)) % len(faces)
    values = [
        tf.image.ssim_multiscale(
            faces[first[part]], faces[second[part]], 255, power_factors=MS_SSIM_WEIGHTS
        ).numpy()
        for part in np.array_split(np.arange(MS_SSIM_PAIRS), -(-MS_SSIM_PAIRS // 50))
    ]
    return float(np.concatenate(values).mean())
