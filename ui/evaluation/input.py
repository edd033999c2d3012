"""What is to be measured: the Evaluation page's first row of widgets."""

import pandas as pd
import streamlit as st

from core.config import SPLITS
from core.errors import UserError
from core.evaluation.measurement import (
    MAX_FACES,
    FaceSet,
    FolderFaces,
    GeneratedFaces,
    JoinedFaces,
    Measurement,
)
from core.evaluation.robustness import SEED
from core.evaluation.sources import kind_of, titled
from core.generators import GENERATORS
from core.generators.base import FaceGenerator
from core.generators.codes import PSI_MEANS
from core.generators.dcgan import list_snapshots
from core.generators.files import MAX_SEED, PSI_RANGE
from ui.dataset.source import open_dataset
from ui.shared.address import Field, number, one_of, said, take
from ui.shared.resources import get_snapshot, said_of_training, shared_generator
from ui.shared.theme import switch
from ui.shared.widgets import KEPT, say_error

_KINDS = {"generated": "Generated faces", "data": "A data set"}
_OF_GENERATED, _OF_A_SET = ("generator", "faces", "seed", "psi"), ("split", "sources", "most")
_PSI = f"psi is {PSI_MEANS}. As a rule, the further from it, the harder the faces are to catch."
_GOING, _REFUSED = "ev_going", "ev_refused"  # a press, for the run after it; what came of it
_READY = "ev_ready"
FRESH_SEED = 1_000_000  # far from the seeds of any data set's MobileStyleGAN faces


def _fields() -> dict[str, Field]:
    """What stands in a link to a measurement: what is to be judged, and the threshold."""
    painters = _painters()
    return {
        "kind": Field("ev_kind", "generated", one_of(_KINDS)),
        "generator": Field("ev_generator", next(iter(painters)), one_of(painters)),
        "faces": Field("ev_count", 200, number(10, MAX_FACES // 2)),
        "seed": Field("ev_seed", FRESH_SEED, number(0, MAX_SEED - MAX_FACES)),
        "psi": Field("ev_psi", 1.0, number(*PSI_RANGE, float), "{:g}".format),
        "data": Field("ev_folder", ""),
        "split": Field("ev_split", None),
        "sources": Field("ev_sources", [], lambda text: text.split("|"), "|".join),
        "most": Field("ev_most", 500, number(10, MAX_FACES)),
        # of the two words; `threshold` of the Photo page is where accusing begins
        "divide": Field("ev_threshold", None, number(0.01, 0.99, float), "{:g}".format),
    }


def take_link() -> None:
    """Let the page's address say what is to be measured, once a session and after Back."""
    st.session_state.setdefault("ev_folder", st.session_state.get("ds_folder", ""))
    take("measurement", _fields())


def asked() -> dict[str, str]:
    """What is to be measured, as the address says it."""
    kind = st.session_state.ev_kind
    others = _OF_A_SET if kind == "generated" else _OF_GENERATED
    return {name: text for name, text in said(_fields()).items() if name not in others}


def wanted_measurement() -> Measurement | None:
    """Draw the widgets; a fresh measurement once its button is pressed, else None."""
    st.session_state[_READY] = False
    with st.container(border=True):
        kind = switch("What to judge", _KINDS, "ev_kind")
        going = st.session_state.pop(_GOING, False)
        try:
            wanted = _generated(going) if kind == "generated" else _data_set(going)
        except UserError as error:
            if not going:
                say_error(error)
                return None
            st.session_state[_REFUSED] = str(error)
            st.rerun()  # with a button that can be pressed again
        if refused := st.session_state.pop(_REFUSED, ""):
            say_error(refused)
        return wanted


def measurable() -> bool:
    """Whether what is chosen can be measured: the button, once it is drawn, can be pressed."""
    return st.session_state.get(_READY, False)


def _generated(going: bool) -> Measurement | None:
    painters = _painters()
    most = MAX_FACES // 2
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Generator", painters, key="ev_generator", width=220, **KEPT)
        count = st.number_input(
            f"Faces (10 to {most:,})", 10, most, step=50, key="ev_count", width=160, **KEPT
        )
        seed = st.number_input(
            "First seed", 0, MAX_SEED - MAX_FACES, key="ev_seed", width=160, **KEPT
        )
        psi = st.slider(
            "Truncation psi", *PSI_RANGE, step=0.05, key="ev_psi", width=190, help=_PSI,
            **KEPT,
        )  # fmt: skip
    st.caption(said_of_training(name.split(",")[0]))
    folder = _folder("Folder with real faces to tell them from (without one: only how many fakes "
                     "lie above the threshold)")  # fmt: skip
    index = open_dataset(folder) if folder else None
    if not _go(going, ready=index is not None or not folder):
        return None
    generator = _load(painters[name])
    fakes: FaceSet = GeneratedFaces(generator, name, seed, count, round(psi, 2))
    title = f"{name}, {count} faces from seed {seed}, psi {psi:.2f}"
    if index is None:
        return Measurement(title, fakes)
    split = "test" if (index.faces["split"] == "test").any() else index.faces["split"].iloc[0]
    reals = index.part(split)
    reals = _sample(reals[reals["label"] == "real"], count)
    if reals.empty:
        raise UserError(f"{index.root} has no real face in {split}. Name another folder.")
    joined = JoinedFaces(fakes, FolderFaces(index, reals))
    return Measurement(f"{title}, against {len(reals)} real ones", joined)


def _data_set(going: bool) -> Measurement | None:
    folder = _folder("Folder with faces, on the machine that runs this app")
    index = open_dataset(folder) if folder else None
    if index is None:
        if not folder:
            st.caption("Name a folder in Kaggle's layout, or one with real/ and fake/ in it.")
        _go(going, ready=False)
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        there = set(index.faces["split"])
        splits = [name for name in reversed((*SPLITS, "all")) if name in there]
        if st.session_state.ev_split not in splits:
            st.session_state.ev_split = splits[0]
        split = st.selectbox("Split", splits, key="ev_split", width=150, **KEPT)
        sources = sorted(set(index.part(split)["source"]))
        there = [name for name in st.session_state.ev_sources if name in sources]
        st.session_state.ev_sources = there
        chosen = st.multiselect(
            "Sources (none: all)", sources, format_func=titled, key="ev_sources", width=330, **KEPT
        )
        count = st.number_input(
            "Faces at most", 10, MAX_FACES, step=100, key="ev_most", width=150, **KEPT
        )
    if not _go(going):
        return None
    faces = index.part(split)
    if chosen:
        faces = faces[faces["source"].isin(chosen)]
    if faces.empty:
        raise UserError("No face of these sources is in that split. Choose others.")
    faces = _sample(faces, count)
    which = ", ".join(map(kind_of, chosen)) or "all sources"
    title = f"{index.root.name}/{split}, {which}, {len(faces)} faces"
    return Measurement(title, FolderFaces(index, faces), index.unreadable_in(split))


def _folder(label: str) -> str:
    placeholder = "in Kaggle's layout, or with real/ and fake/"
    return st.text_input(label, key="ev_folder", placeholder=placeholder, **KEPT).strip()


def _go(going: bool, *, ready: bool = True) -> bool:
    """The button, without life while it measures: pressed again, it would begin anew."""
    st.session_state[_READY] = ready
    st.button(
        "Measure",
        type="primary",
        icon=":material/play_arrow:",
        key="ev_go",
        disabled=going or not ready,
        on_click=_begin,
    )
    return going and ready


def _begin() -> None:
    """Let the run that follows measure: it draws the button without life from the beginning."""
    st.session_state[_GOING] = True


def _sample(faces: pd.DataFrame, count: int) -> pd.DataFrame:
    """Up to so many faces, drawn by a fixed seed and left in random order."""
    return faces.sample(min(count, len(faces)), random_state=SEED)


def _painters() -> dict[str, str]:
    """What can paint faces: for people -> for `_load`."""
    try:
        epochs = sorted(list_snapshots().items(), reverse=True)
    except UserError:
        epochs = []  # said where the classifier is loaded, and where a generator is
    painters = {f"DCGAN, epoch {epoch}": name for epoch, name in epochs}
    others = {known.name: key for key, known in GENERATORS.items() if key != "dcgan"}
    return {**painters, **others}


def _load(name: str) -> FaceGenerator:
    return shared_generator(name) if name in GENERATORS else get_snapshot(name)
