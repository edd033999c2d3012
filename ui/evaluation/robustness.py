"""Robustness and generalization: tables that were measured once and shipped, as charts."""

from collections.abc import Collection, Iterable, Iterator

import cv2
import numpy as np
import pandas as pd
import streamlit as st

from core.artifacts import load_registry, read_json
from core.config import HARDEST_PAIR
from core.errors import UserError
from core.evaluation.robustness import DAMAGES, SWEPT
from core.evaluation.sources import how_known, kind_of, kinds_of, seen_in_words
from core.examples import generated_face
from core.inference.aligned import aligned_face
from ui.evaluation.charts import damage_chart, generator_chart
from ui.evaluation.figure_names import FIGURES, SOURCE_PX
from ui.shared.face_grid import picture_grid
from ui.shared.theme import empty_state
from ui.shared.widgets import STILL, say_error

_FLOORS = {"accuracy": 0.45, "roc_auc": 0.45, "tpr_at_1pct_fpr": 0.0}
_SWEPT = ("n", "accuracy", "roc_auc", "tpr_at_1pct_fpr", "answered")
_SHOWN = ("roc_auc", "accuracy", "tpr_at_1pct_fpr", "n")
_WIDTHS_PX = (SOURCE_PX, 70, 133, 70, 102, 50, 150)  # as little as what stands there takes
_ON_VERDICTS = ", not the app's verdict, which stands on both"
_NUMBER = st.column_config.NumberColumn(format="%.3f")


def robustness() -> None:
    """The shipped sweeps: a chart for each damage."""
    try:
        sweeps = _shipped_sweeps()
    except UserError as error:
        say_error(error)
        return
    if not sweeps:
        empty_state(
            "Not measured yet",
            "Measure it in a terminal: python -m core evaluate --data DIR --robustness "
            "--keep classifier",
        )
        return
    first = next(iter(sweeps.values()))
    pairs = list(first["rows"][0]["pairs"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = pairs.index(HARDEST_PAIR) if HARDEST_PAIR in pairs else 0
        pair = st.selectbox(
            "Real / generated", pairs, index=start, format_func=kinds_of, width=340, key="ev_pair"
        )
        measure = st.segmented_control(
            "Figure",
            _FLOORS,
            default="accuracy",
            format_func=FIGURES.__getitem__,
            required=True,
            key="ev_measure",
        )
    st.caption(
        f"Up to {first['per_source']} faces a source of {first['split']}, each damaged before "
        "the network sees it; judged with the calibration of clean faces."
    )
    tables = _of_pair(sweeps, pair)
    for told in _left_out(tables, sweeps):
        st.caption(told)
    _charts(tables, measure)
    _pictures()
    _all_figures(tables)


def _shipped_sweeps() -> dict[str, dict]:
    """Whose, of `SWEPT` -> the table that was kept."""
    known = load_registry()
    return {
        label: read_json(f"{name}_robustness")
        for name, label in SWEPT.items()
        if f"{name}_robustness" in known
    }


def _of_pair(sweeps: dict[str, dict], pair: str) -> dict[str, pd.DataFrame]:
    """The table of everyone of whom the pair was measured."""
    return {
        label: _table(sweep, pair)
        for label, sweep in sweeps.items()
        if pair in sweep["rows"][0]["pairs"]
    }


def _left_out(tables: dict[str, pd.DataFrame], everyone: Iterable[str]) -> Iterator[str]:
    """Sentences on whose lines are missing from which charts.

    Args:
        tables: whose, of `SWEPT` -> what was measured of the chosen pair.
        everyone: of whom anything was measured.
    """
    for label in everyone:
        if label not in tables:
            yield f"Of {label} this pair was not measured."
    measured = {label: DAMAGES.keys() & set(table["damage"]) for label, table in tables.items()}
    every = set().union(*measured.values())
    for label, had in measured.items():
        if missing := every - had:
            others = [name for name in measured if measured[name] & missing]
            yield (
                f"Of {label} only these were measured: {_titles(had)}. The other charts "
                f"({_titles(missing)}) show {' and '.join(others)} alone"
                f"{_ON_VERDICTS if label == SWEPT['both'] else ''}."
            )


def _titles(names: Collection[str]) -> str:
    return ", ".join(damage.title for name, damage in DAMAGES.items() if name in names)


def _charts(tables: dict[str, pd.DataFrame], measure: str) -> None:
    """A chart a damage, two in a row."""
    known = {name for table in tables.values() for name in table["damage"]}
    names = [name for name in DAMAGES if name in known]
    if new := [damage.title for name, damage in DAMAGES.items() if name not in known]:
        st.caption(
            f"Not measured yet: {', '.join(new)}. `evaluate --robustness --keep both` "
            "measures the table anew."
        )
    for start in range(0, len(names), 2):
        for name, column in zip(names[start : start + 2], st.columns(2, gap="large"), strict=False):
            damage = DAMAGES[name]
            measured = {label: t for label, t in tables.items() if name in set(t["damage"])}
            parts = {label: _of_damage(table, name) for label, table in measured.items()}
            with column, st.container(gap="xxsmall"):
                st.markdown(f"**{damage.title}**")
                figure = damage_chart(
                    parts, measure, FIGURES[measure], damage.unit, _FLOORS[measure]
                )
                st.plotly_chart(figure, config=STILL, key=f"ev_damage_{name}")
                if name == "bgr":
                    st.caption(
                        "No damage but a common bug in programs around a classifier: the figure "
                        "must fall, or this test would not notice anything."
                    )


def _of_damage(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The levels of a damage in order, the clean faces where they belong among them."""
    rows = table[table["damage"].isin(["none", name])]
    neutral = DAMAGES[name].neutral
    if neutral is not None:
        place = rows["level"].replace("none", str(neutral)).astype(float)
        rows = rows.loc[place.sort_values().index]
    return rows


def _pictures() -> None:
    try:
        example = generated_face()
    except UserError as error:
        say_error(error)
        return
    if example is None:
        return
    with st.expander("What the damage looks like"):
        st.caption("A generated face, undamaged and at every level of the charts.")
        for name in DAMAGES:
            _damaged(name, example.data)


@st.cache_data(max_entries=len(DAMAGES), show_spinner="Damaging a face ...")
def _damaged(name: str, picture: bytes) -> None:
    """Draw a picture at the levels of a damage: once, then Streamlit draws it again itself."""
    damage = DAMAGES[name]
    clean = cv2.resize(aligned_face(picture), (256, 256), interpolation=cv2.INTER_AREA)
    shown = [damage.apply(clean, np.random.default_rng(0), level) for level in damage.levels]
    st.markdown(f"**{damage.title}** ({damage.unit})")
    picture_grid([clean, *shown], ["none", *(f"{level:g}" for level in damage.levels)])


def _all_figures(tables: dict[str, pd.DataFrame]) -> None:
    with st.expander("All figures"):
        joined = pd.concat([table.assign(model=label) for label, table in tables.items()])
        titles = {"none": "none", **{name: damage.title for name, damage in DAMAGES.items()}}
        joined["damage"] = joined["damage"].map(titles)
        named = {"model": "Model", "damage": "Damage", "level": "Level"}
        named |= {key: FIGURES[key] for key in _SWEPT}
        joined = joined.rename(columns=named)[list(named.values())]
        config = dict.fromkeys([FIGURES[key] for key in _SWEPT if key != "n"], _NUMBER)
        st.dataframe(joined, hide_index=True, width="stretch", column_config=config)


def _table(sweep: dict, pair: str) -> pd.DataFrame:
    """A row a level: damage, level (text; "none" for clean faces), and the pair's figures."""
    return pd.DataFrame(
        {
            "damage": row["damage"],
            "level": "none" if row["level"] is None else f"{row['level']:g}",
            **row["pairs"][pair],
        }
        for row in sweep["rows"]
    )


def generalization() -> None:
    """The shipped table of every real source against every generator at hand."""
    try:
        known = "classifier_generalization" in load_registry()
        found = read_json("classifier_generalization") if known else None
    except UserError as error:
        say_error(error)
        return
    if found is None:
        empty_state(
            "Not measured yet",
            "Measure it in a terminal: python -m core generalization --data DIR --keep",
        )
        return
    st.plotly_chart(generator_chart(found["rows"]), config=STILL)
    st.caption(
        "Here the CNN judges alone, without the second opinion that verdicts in the app stand on, "
        f"too. {seen_in_words(found['rows'])} ROC AUC of each generator against each source of "
        "photos, with 95% intervals; never averaged. At 0.5 the network guesses; below, it takes "
        "them for more real than photos. Accuracy counts photos and fakes of a row together: with "
        "many photos it is high even where hardly a fake lies above the threshold."
    )
    if found["left_out_views"]:
        st.caption(
            "Left out: a network of the same layers, trained for this table without that "
            "generator, and much shorter than the one that is shipped."
        )
    _by_generator(found["rows"])


def _by_generator(rows: list[dict]) -> None:
    """The figures as a table: the one that counts comes first, where a phone shows it."""
    table = pd.DataFrame(
        {
            "Generator": kind_of(row["generator"]),
            **{FIGURES[key]: row[key] for key in _SHOWN[:1]},
            "Photos": kind_of(row["real"]),
            **{FIGURES[key]: row[key] for key in _SHOWN[1:]},
            "The network knows it": how_known(
                row["generator"], row["trained_on"], row["left_out"]
            ).value,
        }
        for row in rows
    )
    narrow = dict(zip(table.columns, _WIDTHS_PX, strict=True))
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.3f", width=width)
            if table[name].dtype == float
            else st.column_config.Column(width=width)
            for name, width in narrow.items()
        },
    )
