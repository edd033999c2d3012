"""Looking at many faces within a page's run, with a way out."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import streamlit as st
from tqdm import tqdm

from core.config import BAR_AFTER_S


def judge_all(steps: Iterator[int], total: int, key: str, done_word: str = "Judged") -> None:
    """Take every step with a progress bar that says the time left, then draw the page anew.

    A press of Cancel, or of anything else, ends this run of the page: the steps taken count.

    Args:
        steps: yields how many faces are done: before the first step, then after each.
        total: faces.
        key: of the Cancel button.
        done_word: what was done to a face.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Reading the faces ...", width=420)
        st.button("Cancel, keep what is done", icon=":material/stop_circle:", key=key)
    st.caption("Pressing or changing anything else on this page stops it as well.")
    before, begun = next(steps, 0), time.monotonic()  # those tell nothing of the time left
    for done in steps:
        left = time_left(done - before, total - done, time.monotonic() - begun)
        bar.progress(done / total, f"{done_word} {done:,} of {total:,} faces{left}")
    st.rerun()  # the bar and its button are done with


@contextmanager
def slow_bar(words: str) -> Generator[Callable[[int, int], None]]:
    """A bar with the time left, of work that takes longer than `BAR_AFTER_S`; gone at the end.

    Args:
        words: what goes on; `{done}` and `{total}` in it are numbers of steps.

    Yields:
        A function that is told, after each step, how many are done and how many there are.
    """
    bar, begun_s = st.empty(), time.monotonic()

    def show(done: int, total: int) -> None:
        passed_s = time.monotonic() - begun_s
        if passed_s > BAR_AFTER_S:
            left = time_left(done, total - done, passed_s)
            bar.progress(done / total, words.format(done=done, total=total) + left)

    try:
        yield show
    finally:
        bar.empty()


def time_left(done: int, waiting: int, passed_s: float) -> str:
    """The time left in words, ", 00:12 left", once a step tells it; "" before, and at the end.

    Args:
        done, waiting: steps that were taken, and that are to come.
        passed_s: seconds that those took.
    """
    if not done or not waiting:
        return ""
    return f", {tqdm.format_interval(passed_s / done * waiting)} left"
