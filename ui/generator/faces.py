"""The Generator page's first two views: many faces, and one face to take apart."""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
import streamlit as st

from core.dataset.index import DatasetIndex
from core.errors import UserError
from core.evaluation.generators.neighbours import Album
from core.generators.base import FaceGenerator
from core.generators.files import to_tagged_png
from core.generators.request import EDIT_RANGE, FaceRequest
from core.imaging import Photo
from core.inference.photo import FaceResult, Inspector
from core.inference.verdict import Calibration, State, percent
from ui.dataset.source import open_dataset
from ui.generator.directions import directions
from ui.generator.input import link_to, open_face
from ui.generator.psi import psi_lesson
from ui.photo import session
from ui.shared.face_card import verdict_box
from ui.shared.face_clicks import on_face_click
from ui.shared.face_grid import FEW, face_grid, webp
from ui.shared.kept import Kept
from ui.shared.knowledge import trust_line
from ui.shared.names import literal
from ui.shared.progress import slow_bar
from ui.shared.resources import said_of_training
from ui.shared.theme import empty_state
from ui.shared.widgets import KEPT, download, say_error

_COLUMNS = 8  # of the table of a code's numbers
_MOST_REASONS = 4  # told under the grid
_PAGE = 128  # numbers shown at once
SHOWN_EVERY_S = 1.0  # so often the faces that are done are drawn while others are judged
JUDGED_BYTES = 200 * 2**20  # that faces take which were painted before, of all sessions together
Judged: TypeAlias = tuple[np.ndarray, FaceResult]  # a face, uint8 RGB, and its verdict


@st.cache_resource
def judged_before() -> Kept[Judged]:
    """Faces with their verdicts by generator and code; one of MobileStyleGAN takes 3.5 MB."""
    return Kept(JUDGED_BYTES, _bytes_of)


def _bytes_of(done: Judged) -> int:
    face, result = done
    return face.nbytes + result.thumbnail.nbytes + result.tensor.nbytes


def _judged(generator: FaceGenerator, inspector: Inspector, code: np.ndarray) -> Judged:
    """A face and what the classifier makes of it: painted and judged once."""
    kept, key = judged_before(), (generator.version, code.tobytes())
    if (done := kept.get(key)) is None:
        (face,) = generator.paint(code[None])
        (result,) = inspector.judge(Photo(face), aligned=True)
        for shared in (face, result.thumbnail, result.tensor):
            shared.flags.writeable = False
        done = kept.put(key, (face, result))
    return done


def judged_faces(
    generator: FaceGenerator,
    inspector: Inspector,
    codes: np.ndarray,
    so_far: Callable[[list[Judged]], object] = lambda done: None,
) -> list[Judged]:
    """Faces and their verdicts, with a progress bar where that takes long.

    Args:
        generator: who paints.
        inspector: who judges.
        codes: float32 (n, dim).
        so_far: told what is done, `SHOWN_EVERY_S` after it was told last.
    """
    done: list[Judged] = []
    told_s = time.monotonic()
    with slow_bar("Face {done} of {total}") as show:
        for code in codes:
            done.append(_judged(generator, inspector, np.asarray(code, np.float32)))
            show(len(done), len(codes))
            if time.monotonic() - told_s > SHOWN_EVERY_S:
                so_far(done)
                told_s = time.monotonic()
    return done


def verdict_on_generated(name: str, result: FaceResult, inspector: Inspector) -> None:
    """The classifier's verdict on a face that is known to be generated."""
    state = result.verdict.state
    note = "The face is machine-made: here the classifier errs." if state == "real" else ""
    verdict_box(name, result.verdict, result.p_fake, inspector.calibration, note)


def many_faces(request: FaceRequest, generator: FaceGenerator, inspector: Inspector) -> None:
    """A grid of faces with the classifier's verdict under each, and how many are called so."""
    codes = request.codes(generator, request.seeds)
    above, place = st.container(), st.empty()
    files: list[bytes] = []

    def show(done: list[Judged]) -> None:
        files.extend(webp(face) for face, _ in done[len(files) :])
        with place:
            _grid_of(request, files, done)

    with above:
        done = judged_faces(generator, inspector, codes, show)
    show(done)
    states = [result.verdict.state for _, result in done]
    above.markdown(
        f"All {len(done)} are machine-made. The classifier finds **{states.count(State.FAKE)}** of "
        f"them likely generated, no trace in **{states.count(State.REAL)}** (there it errs) and is "
        f"unsure about **{states.count(State.UNSURE)}**. {said_of_training(generator.name)}"
    )
    on_face_click("gen_clicks", lambda number: open_face(request, number))
    st.caption("Click a face to take it apart.")
    _why_unsure(request.seeds, [result for _, result in done], inspector.calibration)
    trust_line()
    psi_lesson(request, generator)


def _grid_of(request: FaceRequest, files: list[bytes], done: list[Judged]) -> None:
    """The first faces of a request, with their verdicts."""
    seeds = request.seeds[: len(done)]
    face_grid(
        files,
        [f"seed {seed}" for seed in seeds],
        [(result.p_fake, result.verdict) for _, result in done],
        [link_to(request, seed) for seed in seeds],
        large=request.count <= FEW,
    )


def _why_unsure(
    seeds: Sequence[int], results: Sequence[FaceResult], calibration: Calibration
) -> None:
    """Why faces are unsure for another reason than their P(fake)."""
    told = [
        f"seed {seed}, P(fake) {percent(result.p_fake)}: {result.verdict.reason}"
        for seed, result in zip(seeds, results, strict=True)
        if result.verdict.reason not in (None, calibration.band_words())
    ]
    if told:
        more = len(told) - _MOST_REASONS
        rest = f" {more} more: point at the word under each." if more > 0 else ""
        lines = " ".join(told[:_MOST_REASONS])
        st.caption(literal(f"Unsure for another reason than P(fake): {lines}{rest}"))


def one_face(request: FaceRequest, generator: FaceGenerator, inspector: Inspector) -> None:
    """The first face, large, with its verdict, sliders, numbers and nearest real faces."""
    with st.container(key="one_face"):
        picture, controls = st.columns([1, 1.15], gap="large")
    with picture:
        code = request.edited_code(generator)
        ((face, result),) = judged_faces(generator, inspector, code)
        alt = f"The generated face of seed {request.seed}"
        with st.container(key="one_face_picture"):  # on a phone it stays while sliders are moved
            st.image(face, width=420, alt=alt, output_format="PNG")
        verdict_on_generated(f"Seed {request.seed}", result, inspector)
        trust_line()
        with st.container(horizontal=True):
            download(
                "Picture (PNG)",
                to_tagged_png(face, generator, request.made_by()),
                file_name=f"{request.generator}_seed{request.seed}.png",
                mime="image/png",
                icon=":material/image:",
            )
            if st.button("Judge it as a photo", icon=":material/image_search:"):
                name = f"{request.generator} seed {request.seed}.png"
                session.bring_face(name, to_tagged_png(face, generator, request.made_by()))
                st.switch_page("pages/1_Photo.py")
        st.caption(
            "The file's metadata carry seed, psi, all changes and the SHA-256 of the generator "
            f"({generator.version[:12]}...). The address bar's link shows the same face again."
        )
    with controls:
        directions(request, generator)
        _numbers(request, generator)
    _nearest(face)


def _numbers(request: FaceRequest, generator: FaceGenerator) -> None:
    with st.expander("All numbers of this face"):
        if generator.center.size > _PAGE:
            st.caption(f"The first {_PAGE} of {generator.center.size} numbers of its style.")
        base = request.edited_code(generator)[0, :_PAGE]
        cells = np.pad(base, (0, -base.size % _COLUMNS), constant_values=np.nan)  # full rows
        table = pd.DataFrame(
            cells.reshape(-1, _COLUMNS), columns=[f"+{n}" for n in range(_COLUMNS)]
        )
        table.index = [f"z{row * _COLUMNS}" for row in range(len(table))]
        key = hashlib.sha256(base.tobytes()).hexdigest()[:12]
        number = st.column_config.NumberColumn(
            format="%.2f", min_value=-EDIT_RANGE, max_value=EDIT_RANGE
        )
        edited = st.data_editor(
            table,
            key=f"gen_numbers_{key}",
            column_config=dict.fromkeys(table.columns, number),
            height=280,
        )
        st.button(
            "Forget my numbers",
            on_click=st.session_state.gen_edits.clear,
            disabled=not request.edits,
        )
    flat = edited.to_numpy(np.float32).ravel()[: base.size]
    changed = np.flatnonzero((flat != base) & np.isfinite(flat))
    if changed.size:
        st.session_state.gen_edits |= {int(place): float(flat[place]) for place in changed}
        st.rerun()


@st.cache_resource(show_spinner="Reading the real faces ...", max_entries=2)
def _album(version: str, _index: DatasetIndex) -> Album:
    return Album(_index)


def _nearest(face: np.ndarray) -> None:
    with st.expander("Is it a copy? The nearest real training faces"):
        folder = st.text_input(
            "Folder with the training faces, on the machine that runs this app",
            key="gen_folder",
            placeholder="a folder in Kaggle's layout, or with real/ and fake/",
            **KEPT,
        ).strip()
        if not folder:
            empty_state("No data set chosen", "Name a folder to see the real faces most like it.")
            return
        index = open_dataset(folder)
        if index is None:
            return
        try:
            found = _album(index.version, index).nearest(face)
        except UserError as error:
            say_error(error, "folder_off")
            return
        face_grid(found.faces, [f"{distance:.3f}" for distance in found.distances])
        st.caption(
            "By the mean difference of pixels at 32x32; 0 would be the same picture. The usual "
            f"distance of a real face to its nearest other one here is {found.usual:.3f}."
        )
