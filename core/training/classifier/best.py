"""Which epoch of a run is its best: that whose weights are kept, judge and are shipped."""

import math
from collections.abc import Mapping, Sequence
from numbers import Real

MONITOR = "val_accuracy"  # where a recipe names no other column


def best_epoch(history: Sequence[Mapping], monitor: str = MONITOR) -> int | None:
    """The number of the first epoch with the highest figure; None where no epoch has one.

    Args:
        history: rows with "epoch" (from 1) and figures.
        monitor: the column that is compared, higher is better.
    """
    best, found = -math.inf, None
    for row in history:
        figure = row.get(monitor)
        if isinstance(figure, Real) and figure > best:  # NaN is not; a damaged cell is text
            best, found = figure, int(row["epoch"])
    return found
