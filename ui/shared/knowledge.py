"""What the networks can know, in words and as a table, from their measured figures."""

import streamlit as st

from core.config import DEFAULT_NETWORK
from core.errors import UserError
from core.evaluation.knowledge import Knowledge, Rate, shipped_knowledge
from core.evaluation.sources import headline_of, kind_of
from core.inference.verdict import CLASS_WORDS, P_FAKE_MEANS
from ui.shared.names import literal
from ui.shared.theme import trust_box

MISSING = "The figures of the model are missing. About says how to restore them."
_KIND = "photo_kind"
_ANY = ""


def knowledge(network: str = DEFAULT_NETWORK) -> Knowledge | None:
    """What is known of a network's verdicts; None where its figures are missing."""
    try:
        return shipped_knowledge(network=network)
    except (UserError, KeyError):
        return None


def chosen_kind() -> str | None:
    """Which kind of photo the person says it is: a source of the measured ones, or None."""
    return st.session_state.get(_KIND) or None


def beside_a_verdict(network: str) -> None:
    """How often such a verdict accuses a photo, what it can see and what not.

    Args:
        network: that the verdicts stand on.
    """
    known = knowledge(network)
    if known is None:
        trust_box([("Figures", MISSING)])
        return
    trust_box(
        [
            ("False alarms", known.alarm(chosen_kind())),
            ("What it sees", f"{known.sees()} {known.blind_to()}"),
            ("In figures", P_FAKE_MEANS),
        ]
    )


def trust_line(network: str = DEFAULT_NETWORK) -> None:
    """How often such a verdict accuses a photo, small, where there is no room for more.

    Args:
        network: that the verdict stands on.
    """
    known = knowledge(network)
    st.caption(literal(MISSING if known is None else known.alarm()))


def kinds_of_photos(network: str) -> None:
    """Let a person say what kind of photo it is, beside what was measured on every kind."""
    known = knowledge(network)
    if known is None:
        return
    with st.expander("By kind of photo: how often it accuses, and how often it is unsure"):
        _kind_choice(known)
        where_people_try_it(known)


def _kind_choice(known: Knowledge) -> None:
    """Let a person say what kind of photo it is, where that kind was measured."""
    kinds = [_ANY, *sorted(known.accused, key=kind_of)]
    kept = st.session_state.get(_KIND, _ANY)
    st.selectbox(
        "What kind of photo is it?",
        kinds,
        index=kinds.index(kept) if kept in kinds else 0,
        format_func=lambda source: headline_of(source) if source else "I do not know",
        help="The false alarms are then those of this kind, here and in the report.",
        key=f"{_KIND}_choice",
        on_change=_keep_kind,
    )


def _keep_kind() -> None:
    st.session_state[_KIND] = st.session_state[f"{_KIND}_choice"]


def where_people_try_it(known: Knowledge | None) -> None:
    """A row a source: what was said of its faces, never averaged into one number."""
    if known is None:
        st.caption(literal(MISSING))
        return
    rows = sorted(known.rows, key=lambda row: (row["label"] != "real", row["source"]))
    cells = [
        {
            "Kind": kind_of(row["source"]),
            "These are": CLASS_WORDS[row["label"]],
            "Faces": row["n"],
            "Called generated (95%)": _share(known, row, "fake"),
            "Unsure (95%)": _share(known, row, "unsure"),
            "No trace found (95%)": _share(known, row, "real"),
        }
        for row in rows
    ]
    st.dataframe(cells, hide_index=True)
    if painted := known.painted():
        st.caption(literal(painted))


def _share(known: Knowledge, row: dict, said: str) -> str:
    rate = known.rate(row["label"], said, [row["source"]])
    return "" if rate is None else percent_of(rate)


def percent_of(rate: Rate) -> str:
    """A rate as a table has it: "6% (3 to 11)"."""
    return f"{rate.share:.0%} ({rate.interval})"
