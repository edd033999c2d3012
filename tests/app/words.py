"""What a page that AppTest ran says, and what its bars are told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from streamlit.testing.v1 import AppTest


def page_text(page: AppTest) -> str:
    """All words of a page but those of its widgets."""
    kinds = (page.markdown, page.caption, page.error, page.warning, page.info, page.header)
    texts = [element.value for kind in kinds for element in kind]
    texts += [element.proto.body for element in page.get("html")]
    return "\n".join(texts)


class Bar:
    """Stands for `slow_bar`, and keeps what it is told.

    Attributes:
        told: the words, the steps done and all steps, each time.
    """

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int]] = []

    @contextmanager
    def __call__(self, words: str) -> Iterator[Callable[[int, int], None]]:
        yield lambda done, total: self.told.append((words, done, total))
