"""What else a link to the Generator page may say: the other end of a way, sums, an epoch."""

from collections.abc import Callable, Mapping

from core.errors import UserError
from core.generators.files import check_seed
from core.generators.request import read_seeds

USUAL = {
    "other": 7,
    "share": 0.5,
    "plus": "0, 1, 2",
    "minus": "3, 4, 5",
    "plus_too": "6, 7, 8",
    "epoch": 0,  # the shipped one
}
OF_VIEW = {
    "between": ("other", "share"),
    "sums": ("plus", "minus", "plus_too"),
    "learning": ("epoch",),
}


def _seed(text: str) -> int:
    seed = int(text)
    check_seed(seed)
    return seed


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:  # also refuses NaN
        raise UserError(f"A share is from 0 to 1. Received: {share}")
    return round(share, 2)


def _seeds(text: str) -> str:
    return ", ".join(map(str, read_seeds(text)))


_READERS: dict[str, Callable] = {
    **{"other": _seed, "share": _share, "epoch": int},
    **dict.fromkeys(("plus", "minus", "plus_too"), _seeds),
}


def read_view(query: Mapping[str, str]) -> tuple[dict, list[str]]:
    """Read these parameters of a link, which may say anything.

    Returns:
        A value for each key of `USUAL`, and a sentence for each that was wrong.
    """
    values, problems = dict(USUAL), []
    for name, read in _READERS.items():
        if name not in query:
            continue
        try:
            values[name] = read(query[name])
        except (ValueError, UserError) as error:
            said = f" {error}" if isinstance(error, UserError) else ""
            problems.append(f"The link's {name} was not understood and left out.{said}")
    return values, problems


def to_view_query(view: str, values: Mapping) -> dict[str, str]:
    """The parameters that matter to a view, but those that are as usual."""
    return {
        name: str(values[name])
        for name in OF_VIEW.get(view, ())
        if name in values and values[name] != USUAL[name]
    }
