"""Links to ways, sums and epochs: what is written is read again, what is wrong is said."""

import pytest

from ui.generator.link import OF_VIEW, USUAL, read_view, to_view_query

VALUES = {
    "other": 11,
    "share": 0.7,
    "plus": "1, 2",
    "minus": "3",
    "plus_too": "4, 5, 6",
    "epoch": 14,
}


@pytest.mark.parametrize("view", OF_VIEW)
def test_what_is_written_is_read_again(view):
    read, problems = read_view(to_view_query(view, VALUES))
    assert not problems
    assert {name: read[name] for name in OF_VIEW[view]} == {
        name: VALUES[name] for name in OF_VIEW[view]
    }
    assert set(to_view_query(view, VALUES)) == set(OF_VIEW[view])


def test_the_usual_is_left_out():
    assert all(to_view_query(view, USUAL) == {} for view in (*OF_VIEW, "faces"))
    assert read_view({}) == (USUAL, [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("other", "-1"),
        ("other", "many"),
        ("share", "nan"),
        ("share", "1.5"),
        ("plus", ""),
        ("minus", "<b>"),
        ("plus_too", ",".join("1" * 17)),
        ("epoch", "last"),
    ],
)
def test_nonsense_is_left_out_with_a_sentence(name, text):
    values, (problem,) = read_view({name: text, "other" if name != "other" else "share": "1"})
    assert values[name] == USUAL[name] and f"The link's {name}" in problem
    assert values["other" if name != "other" else "share"] == 1
