"""What was chosen on the map, as a word of the address."""

import random

import numpy as np
import pytest

from ui.dataset.area import MOST_SIGNS, from_word, to_word

AMONG = np.arange(0, 6000, 3)  # as many as a map has at most


@pytest.mark.parametrize("count", [1, 2, 7, 100, 1000, 1999, 2000])
def test_a_word_brings_back_what_was_chosen_and_stays_short(count):
    chosen = AMONG[sorted(random.Random(count).sample(range(len(AMONG)), count))]
    word = to_word(chosen, AMONG, "one")
    assert len(word) < MOST_SIGNS and np.array_equal(from_word(word, AMONG, "one"), chosen)


def test_a_word_says_nothing_of_other_faces():
    word = to_word(AMONG[:5], AMONG, "one")
    assert from_word(word, AMONG, "two") is None and from_word(word, AMONG[1:], "one") is None


@pytest.mark.parametrize("seed", range(50))
def test_nonsense_behind_the_stamp_is_refused(seed):
    stamp, rng = to_word(AMONG[:5], AMONG, "one")[:8], random.Random(seed)
    text = "".join(rng.choice("abcXYZ019-_=%é \0") for _ in range(rng.randrange(40)))
    assert from_word(stamp + text, AMONG, "one") is None


@pytest.mark.parametrize("word", ["", "x" * 5000])
def test_no_word_is_none(word):
    assert from_word(word, AMONG, "one") is None
