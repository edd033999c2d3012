"""How far a measured share may lie from the true one. Imports nothing that is slow to load."""

import math


def wilson_ci95(successes: int, n: int) -> tuple[float, float]:
    """95% interval of a share (Wilson, 1927), sound for small n and shares near 0 or 1."""
    if n == 0:
        return math.nan, math.nan
    z, share = 1.96, successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
