"""The Dataset page's figures: counts, mean faces, shortcuts, duplicates, unreadable files."""

import html

import pandas as pd
import streamlit as st

from core.dataset.duplicates import Duplicates, find_duplicates
from core.dataset.index import DatasetIndex
from core.dataset.properties import PROPERTIES, SHORTCUT_AUC, Properties, shortcuts
from core.errors import UserError
from core.evaluation.sources import titled
from core.tables import to_csv
from ui.dataset.grid import picture_of
from ui.dataset.measures import measured
from ui.shared.charts import by_class, spectrum_chart
from ui.shared.kept import Kept
from ui.shared.theme import facts
from ui.shared.widgets import STILL, download, say_error

FOUND_SETS = 16  # data sets whose duplicates stay in memory
MEAN_PX = 136  # two beside each other in their column
MOST_PAIRS, MOST_COPIES = 12, 6  # of pictures that are shown


def counts(index: DatasetIndex) -> None:
    """How many faces there are of what."""
    faces = index.faces
    per_class = faces["label"].value_counts()
    facts(
        [
            ("faces", f"{len(faces):,}", "readable pictures"),
            ("real photos", f"{per_class.get('real', 0):,}", "in real/"),
            ("generated", f"{per_class.get('fake', 0):,}", "in fake/"),
            ("unreadable", f"{len(index.unreadable):,}", "files that are no picture"),
            ("MB", f"{faces['bytes'].sum() / 1e6:,.1f}", "size of all files"),
        ]
    )
    table = faces.groupby(["label", "source", "split"]).size().unstack(fill_value=0)
    table = table[[name for name in ("train", "valid", "test", "all") if name in table]]
    table = table.reset_index().rename(columns={"label": "class"})
    table["source"] = table["source"].map(titled)
    st.dataframe(table, hide_index=True)
    st.caption("Faces by class, source (the file name up to the first _) and split.")
    if per_class.size < 2:
        st.warning(
            "There is only one class here. To train or to compare, put faces of the other one "
            "into its folder (real/ or fake/).",
            icon=":material/balance:",
        )


def understand(index: DatasetIndex) -> None:
    """Everything that may be learned without looking at single faces."""
    counts(index)
    try:
        found = measured(index)
    except UserError as error:
        say_error(error, "broken_image")
        return
    _means(found)
    _shortcuts(found)
    _duplicates(index)
    _unreadable(index)


def _means(found: Properties) -> None:
    st.header("The mean of each class", anchor=False)
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        names = sorted(found.mean_faces, reverse=True)
        with st.container(horizontal=True):
            for name in names:
                with st.container(width=MEAN_PX):
                    st.image(found.mean_faces[name], width=MEAN_PX, alt=f"Mean {name} face")
                    st.caption(name)
        st.caption(
            f"The mean of {len(found.table):,} faces drawn at random. Eyes at different heights "
            "would mean that the classes are framed differently."
        )
    with right:
        st.plotly_chart(spectrum_chart(found.spectra), config=STILL)
        st.caption(
            "Mean power by fineness of detail: where the lines part, a network finds a difference."
        )


def _shortcuts(found: Properties) -> None:
    st.header("Does a simple property give the class away?", anchor=False)
    areas = shortcuts(found.table)
    if not areas:
        st.info("Too few faces of a class to tell (20 of each are needed).", icon=":material/info:")
        return
    risky = [PROPERTIES[name] for name, area in areas.items() if area >= SHORTCUT_AUC]
    if risky:
        low = min(area for area in areas.values() if area >= SHORTCUT_AUC)
        st.warning(
            f"Taken alone, {', '.join(risky)} tell the classes apart (ROC AUC {low:.2f} to "
            f"{max(areas.values()):.2f}). A network may learn that instead of what makes a face "
            "generated: compare sources that were stored alike.",
            icon=":material/warning:",
        )
    else:
        st.success(
            f"No property here separates the classes by itself (all below {SHORTCUT_AUC}).",
            icon=":material/check:",
        )
    name = st.selectbox(
        "Property",
        list(areas),
        format_func=lambda key: f"{PROPERTIES[key]} (ROC AUC {areas[key]:.2f})",
        key="ds_property",
        width=320,
    )
    st.plotly_chart(by_class(found.table, name, PROPERTIES[name]), config=STILL)
    st.caption(
        f"{PROPERTIES[name]} of {len(found.table):,} faces drawn at random. ROC AUC 0.5: it says "
        "nothing about the class; 1: it tells every face."
    )


def _duplicates(index: DatasetIndex) -> None:
    st.header("Is a picture there twice?", anchor=False)
    known = _found_duplicates()
    if (found := known.get(index.version)) is None:
        place = st.empty()
        with place.container():
            st.caption("Every file is read once for this, a few thousand a second at best.")
            if not st.button("Look for duplicates", icon=":material/difference:"):
                return
        bar = place.progress(0.0, "Reading ...")
        found = find_duplicates(
            index.faces, lambda done, total: bar.progress(done / total, f"{done:,} of {total:,}")
        )
        known.put(index.version, found)
        place.empty()
    _show_duplicates(found, index)


@st.cache_resource
def _found_duplicates() -> Kept[Duplicates]:
    """By the version of an index, shared by all sessions."""
    return Kept(FOUND_SETS)


def _show_duplicates(found: Duplicates, index: DatasetIndex) -> None:
    if found.groups.empty:
        st.success(f"None among {found.compared:,} pictures.", icon=":material/check:")
        return
    count = found.groups["group"].nunique()
    words = f"Pictures that are there more than once, among {found.compared:,}: {count}."
    if found.leaks:
        words += (
            f" {len(found.leaks)} of them are in more than one split: a test on those measures "
            "memory, not skill."
        )
    if found.contradictions:
        words += f" {len(found.contradictions)} are filed as real and as fake."
    (st.warning if found.leaks or found.contradictions else st.info)(words)
    _pictures(found.groups, index)
    table = found.groups.assign(path=[index.relative(path) for path in found.groups["path"]])
    with st.expander("All of them as a table"):
        st.dataframe(table, hide_index=True)
    download(
        "Duplicates (CSV)",
        to_csv(table),
        file_name="duplicates.csv",
        mime="text/csv",
        icon=":material/table:",
    )
    st.caption("Mirrored or cropped copies are not found.")


def _pictures(groups: pd.DataFrame, index: DatasetIndex) -> None:
    """The first pictures that are there more than once, each beside its copies."""
    faces = index.faces.set_index("path", drop=False)
    shown = list(groups.groupby("group"))[:MOST_PAIRS]
    rows = []
    for _, copies in shown:
        known = [faces.loc[path] for path in copies["path"][:MOST_COPIES] if path in faces.index]
        cells = [
            f'<figure class="rf-face">{picture_of(face)}<figcaption>'
            f"{html.escape(face.split)}/{face.label}</figcaption></figure>"
            for face in known
        ]
        rows.append(f'<div class="rf-copies">{"".join(cells)}</div>')
    st.html(f'<div class="rf-pairs">{"".join(rows)}</div>')
    if (more := groups["group"].nunique() - len(shown)) > 0:
        st.caption(f"The first {len(shown)}; {more:,} more are in the table.")


def _unreadable(index: DatasetIndex) -> None:
    known = _found_duplicates().get(index.version)
    cut = known.unreadable if known else {}
    bad = [*index.unreadable.itertuples(index=False, name=None), *cut.items()]
    if not bad:
        return
    st.header("Files that cannot be read", anchor=False)
    table = pd.DataFrame([(index.relative(path), why) for path, why in bad])
    st.dataframe(table.set_axis(["file", "what is wrong"], axis=1), hide_index=True)
    st.caption(
        "Download them again, or delete them. Opening a folder reads only the beginning of each "
        "file; looking for duplicates reads them whole and finds those that are cut short."
    )
