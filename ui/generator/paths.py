"""The Generator page's views of codes: the way between two faces, and sums of faces."""

import time

import numpy as np
import streamlit as st

from core.errors import UserError
from core.generators.animation import path_frames, there_and_back, to_gif, to_mp4
from core.generators.base import FaceGenerator
from core.generators.files import MAX_SEED
from core.generators.request import FaceRequest, read_seeds
from core.inference.photo import Inspector
from ui.generator.faces import judged_faces, verdict_on_generated
from ui.shared.face_grid import face_grid
from ui.shared.names import literal
from ui.shared.progress import time_left
from ui.shared.widgets import KEPT, download

FRAMES, LARGE_FRAMES = 36, 10  # of a film; a large face takes half a second to paint
LARGE_SIDE = 512  # pixels, from which on a face is large


def between(request: FaceRequest, generator: FaceGenerator, inspector: Inspector) -> None:
    """The way from the first face to another: by hand, and as a film."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = st.number_input(
            "To the face of seed", 0, MAX_SEED, step=1, key="gen_other", width=190, **KEPT
        )
        share = st.slider(
            "How far on the way", 0.0, 1.0, step=0.01, key="gen_share", width=320, **KEPT
        )
    start, end = request.codes(generator, [request.seed, other])
    stations = [start, generator.between(start, end, share), end]
    done = judged_faces(generator, inspector, np.stack(stations))
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        face_grid(
            np.stack([face for face, _ in done]),
            [f"seed {request.seed}", f"{share:.0%} of the way", f"seed {other}"],
            [(result.p_fake, result.verdict) for _, result in done],
        )
        st.caption(f"{generator.way_note} Every station is a face of its own.")
    with right:
        _film(request, generator, start, end, other)


@st.cache_data(max_entries=16, show_spinner=False)
def _film_files(
    version: str, start: bytes, end: bytes, _generator: FaceGenerator
) -> tuple[bytes, bytes]:
    ends = [np.frombuffer(code, np.float32) for code in (start, end)]
    bar = st.progress(0.0, "Painting the frames ...")
    count = FRAMES if _generator.side < LARGE_SIDE else LARGE_FRAMES
    begun_s = time.monotonic()

    def show(share: float) -> None:
        painted = round(share * count)
        left = time_left(painted, count - painted, time.monotonic() - begun_s)
        bar.progress(share, f"Painting the frames{left}")

    frames = path_frames(_generator, *ends, count, show)
    bar.empty()
    loop = there_and_back(frames)
    return to_gif(loop), to_mp4(loop)


def _film(
    request: FaceRequest, generator: FaceGenerator, start: np.ndarray, end: np.ndarray, other: int
) -> None:
    gif, mp4 = _film_files(generator.version, start.tobytes(), end.tobytes(), generator)
    st.image(gif, width=256, alt=f"From seed {request.seed} to seed {other} and back")
    st.caption(f"From seed {request.seed} to seed {other} and back.")
    name = f"{request.generator}_seed{request.seed}_to_{other}"
    with st.container(horizontal=True):
        for label, data, mime in (("GIF", gif, "image/gif"), ("MP4", mp4, "video/mp4")):
            download(
                f"Save {label}",
                data,
                file_name=f"{name}.{label.lower()}",
                mime=mime,
                icon=":material/movie:",
            )


def arithmetic(request: FaceRequest, generator: FaceGenerator, inspector: Inspector) -> None:
    """Sums of faces: mean of some, minus mean of others, plus mean of still others."""
    keys, labels = ("gen_plus", "gen_minus", "gen_plus_too"), ("Take", "Minus", "Plus")
    sets = []
    for column, label, key in zip(st.columns(3), labels, keys, strict=True):
        text = column.text_input(
            label, key=key, help="Seeds, separated by commas. Their codes are averaged.", **KEPT
        )
        try:
            sets.append(read_seeds(text))
        except UserError as error:
            column.error(literal(str(error)))
    if len(sets) < len(labels):
        return
    means = [generator.codes(seeds).mean(axis=0) for seeds in sets]
    codes = np.stack([*means, generator.combined(*sets)])
    done = judged_faces(generator, inspector, codes)
    grid, result = st.columns([1.6, 1], gap="large")
    with grid:
        face_grid(
            np.stack([face for face, _ in done[:3]]),
            [f"{label}: mean of {len(seeds)}" for label, seeds in zip(labels, sets, strict=True)],
        )
        st.caption(
            "After Radford et al. (2016): look through *Faces* for three faces with something, "
            "three without it, and three others to give it to. One face alone is unreliable, the "
            "mean of three less so. A DCGAN's sum is brought back to the length latents have."
        )
    with result:
        face, verdict = done[3]
        st.image(face, width=256, alt="The sum of the faces", output_format="PNG")
        verdict_on_generated("The sum", verdict, inspector)
