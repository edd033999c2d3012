"""The Training page's view of the networks: layers, diagram, filters, and a moving face."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.artifacts import read_json
from core.errors import UserError
from core.imaging import Photo
from core.inference.feature_maps import (
    LAYERS,
    MAX_SHIFT_PX,
    Favourite,
    equivariance,
    favourites,
    first_kernels,
    likes_of,
    look_inside,
    shifted,
)
from core.inference.photo import FaceResult, Inspector
from core.inference.verdict import WORDS, percent
from core.inference.views import face_views, mean_log_odds
from core.models.describe import networks_described_aside
from core.publishing.generator_card import discriminator_in_words, played_against
from ui.shared.colors import palette
from ui.shared.face_grid import picture_grid
from ui.shared.names import literal
from ui.shared.progress import slow_bar
from ui.shared.resources import shared_generator
from ui.shared.widgets import KEPT, STILL, say_error
from ui.training.network_diagram import network_diagram

STEP_PX = 4
FACES = 48  # that the filters are shown
TEXTS = {
    "Classifier": (
        "A convolutional network slides small filters over the face: each gives a map of where it "
        "finds its pattern. Pooling keeps the strongest answer of every 2x2 square, so deeper "
        "filters see larger parts. The dense layers at the end weigh what was found where."
    ),
    "Generator": (
        "It runs the other way: 128 random numbers become 8x8 maps, and each transposed "
        "convolution doubles their side until there are 128x128 pixels."
    ),
    "Discriminator": (
        "It has one answer to give: is this a photo? The generator learns from what "
        "would have fooled it, and it learns from the generator's latest fakes. When neither wins, "
        "both get better."
    ),
}


def models(inspector: Inspector) -> None:
    """Tables, diagrams and a look inside the shipped networks."""
    name = st.segmented_control(
        "Network",
        list(TEXTS),
        default="Classifier",
        required=True,
        key="tr_model",
        label_visibility="collapsed",
        **KEPT,
    )
    try:
        table = _tables()[name]
    except UserError as error:
        say_error(error)
        return
    st.markdown(TEXTS[name])
    if name == "Discriminator":
        _which_discriminator()
    st.plotly_chart(network_diagram(table), config=STILL)
    st.caption(
        "Drawn from the network itself: boxes as tall as their maps, as wide as the logarithm of "
        f"their channels. {table['parameters'].sum():,} parameters."
    )
    with st.expander("All layers"):
        st.dataframe(table.drop(columns=["side", "channels"]), hide_index=True)
        st.caption("Receptive field: the square of the face that one value of the layer sees.")
    if name == "Classifier":
        try:
            _filters()
            _moving_face(inspector)
        except UserError as error:
            say_error(error)


def _which_discriminator() -> None:
    """Which one is drawn, and which one the shipped generator was trained against."""
    drawn = f"Drawn below: {discriminator_in_words('cnn')}."
    try:
        metrics = read_json("generator_metrics")
    except UserError as error:
        st.markdown(drawn)
        say_error(error)
        return
    told = ", ".join(
        f"up to epoch {last} against "
        f"{'the one drawn' if kind == 'cnn' else discriminator_in_words(kind)}"
        for kind, last in played_against(metrics)
    )
    st.markdown(f"{drawn} The shipped generator was trained {told}.")


@st.cache_resource(show_spinner="Building the networks ...", show_time=True)
def _tables() -> dict[str, pd.DataFrame]:
    return networks_described_aside()


@st.cache_resource(show_spinner=False, max_entries=FACES)
def _face(seed: int) -> np.ndarray:
    """A face that is no one's: float32 (128, 128, 3) in [0, 1], the same one for all who look."""
    generator = shared_generator("dcgan")
    face = generator.paint(generator.codes([seed]))[0].astype(np.float32) / 255
    face.flags.writeable = False
    return face


@st.cache_resource(show_spinner=False, max_entries=FACES)
def _likes(seed: int) -> dict[str, list[Favourite]]:
    return likes_of(_face(seed))


def _favourites(layer: str) -> list[Favourite]:
    """What each filter likes of all the faces, under a bar that tells the time left."""
    found = []
    with slow_bar("Looking for what each filter likes: face {done} of {total}") as show:
        for seed in range(FACES):
            found += _likes(seed)[layer]
            show(seed + 1, FACES)
    return favourites(found)


def _filters() -> None:
    st.header("What the filters respond to", anchor=False)
    layer = st.segmented_control(
        "Layer", ["weights", *LAYERS], default="conv3", required=True, key="tr_layer", **KEPT
    )
    if layer == "weights":
        kernels = first_kernels()
        reach = np.abs(kernels).max(axis=(1, 2, 3), keepdims=True)
        picture_grid(_large(0.5 + kernels / (2 * reach)), [f"filter {n}" for n in range(64)])
        st.caption(
            "The 64 filters of the first layer, 3x3 pixels each; gray is 0. Most are differences "
            "of neighbours: what matters is texture, not colour."
        )
        return
    found = _favourites(layer)
    picture_grid(
        _large(np.stack([one.patch for one in found])), [f"filter {one.number}" for one in found]
    )
    st.caption(
        f"For the {len(found)} filters of {layer} that respond most, the part of {FACES} faces of "
        f"our DCGAN that each responds to most: {found[0].patch.shape[0]} pixels wide, all it can "
        "see. Of filters that respond to overlapping parts of a face only the strongest is shown."
    )


def _large(patches: np.ndarray) -> np.ndarray:
    """Small pictures enlarged without smoothing: uint8 (n, side, side, 3)."""
    factor = max(1, 66 // patches.shape[1])
    pixels = np.rint(np.clip(patches, 0, 1) * 255).astype(np.uint8)
    return pixels.repeat(factor, axis=1).repeat(factor, axis=2)


def _moving_face(inspector: Inspector) -> None:
    st.header("Move the face", anchor=False)
    st.markdown(
        "Move a face within its frame: the maps move along (**equivariance**: the same filter "
        "everywhere), and P(fake) should stay (**invariance**: pooling and training on shifted "
        "faces). Here is how far that holds for the CNN."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = st.number_input("Face of seed", 0, 10_000, 1, key="tr_seed", width=130, **KEPT)
        right, down = (
            st.slider(label, -MAX_SHIFT_PX, MAX_SHIFT_PX, start, step=1, key=key, width=240)
            for label, start, key in (("Right (px)", 6, "tr_right"), ("Down (px)", 0, "tr_down"))
        )
        layer = st.segmented_control(
            "Maps of", LAYERS, default="conv1", required=True, key="tr_map"
        )
    face = _face(int(seed))
    moved = shifted(face, right, down)
    maps, _ = look_inside(np.stack([face, moved]))
    loudest = np.argsort(-maps[layer][0].mean(axis=(0, 1)))[:3]
    pictures = [face, moved] + [_map(maps[layer][at, ..., n]) for n in loudest for at in (0, 1)]
    titles = ["the face", "moved"] + [f"filter {n}{w}" for n in loudest for w in ("", ", moved")]
    picture_grid([np.rint(255 * picture).astype(np.uint8) for picture in pictures], titles)
    followed = {name: equivariance(*maps[name], name, right, down) for name in LAYERS}
    told = ", ".join(f"{name} {r:.2f}" for name, r in followed.items())
    st.caption(
        f"How exactly the maps moved along (correlation once moved back): {told}. 1 is exact; "
        "deeper layers have coarser grids."
    )
    _verdicts_while_moving(int(seed), right, down, inspector)


def _map(values: np.ndarray) -> np.ndarray:
    """A map as a gray picture: float (h, w, 3) in [0, 1]."""
    scaled = values / max(float(values.max()), 1e-9)
    return np.repeat(scaled[..., None], 3, axis=2)


def _verdicts_while_moving(seed: int, right: int, down: int, inspector: Inspector) -> None:
    """P(fake) of the face at every step to the left and right."""
    face, steps = _face(seed), list(range(-MAX_SHIFT_PX, MAX_SHIFT_PX + 1, STEP_PX))
    pixels = [np.rint(255 * shifted(face, step, down)).astype(np.uint8) for step in steps]
    odds = mean_log_odds(inspector.predictor, np.stack([face_views(one) for one in pixels]))
    rules = inspector.panel.part_calibrations["cnn"]  # the curve is of the CNN's own P(fake)
    chances = rules.p_fake(odds)
    line = {"color": palette()["one"]}
    figure = go.Figure(
        go.Scatter(x=steps, y=chances.tolist(), mode="lines+markers", line=line,
                   hovertemplate="%{x} px: P(fake) %{y:.1%}<extra></extra>")
    )  # fmt: skip
    figure.add_vline(right, line={"color": palette()["gray"], "dash": "dash", "width": 1})
    dotted = {"color": palette()["gray"], "dash": "dot", "width": 1}
    figure.add_hline(rules.threshold, line=dotted)
    figure.update_layout(height=240, margin={"l": 8, "r": 12, "t": 8, "b": 8})
    figure.update_yaxes(title="P(fake), the CNN alone", range=[0, 1], tickformat=".0%")
    figure.update_xaxes(title="pixels to the right")
    st.plotly_chart(figure, config=STILL)
    st.caption(
        f"P(fake) lies between {chances.min():.1%} and {chances.max():.1%} over these shifts; "
        "the dotted line is the threshold, the dashed one the shift chosen. "
        f"{_right_or_wrong(int((chances < rules.threshold).sum()), len(steps))} "
        f"{_words_of_the_app(seed, inspector)}"
    )


def _right_or_wrong(below: int, steps: int) -> str:
    """What the curve says of the CNN, whose face is known to be machine-made.

    Args:
        below: steps at which P(fake) lies below the threshold.
        steps: all of them.
    """
    if not below:
        return (
            "The face is machine-made: at every shift the CNN by itself puts it above the "
            "threshold, where it belongs."
        )
    where = "every shift" if below == steps else f"{below} of {steps} shifts"
    return (
        f"The face is machine-made: at {where} the CNN by itself puts it below the threshold, on "
        "the side of photos, and errs."
    )


@st.cache_resource(show_spinner=False, max_entries=FACES)
def _judged(seed: int, _inspector: Inspector) -> FaceResult:
    """What both networks make of a face, which is the same wherever the sliders stand."""
    pixels = np.rint(255 * _face(seed)).astype(np.uint8)
    (result,) = _inspector.judge(Photo(pixels), aligned=True)
    return result


def _words_of_the_app(seed: int, inspector: Inspector) -> str:
    """What the app's verdict stands on, and what it is on the face before it is moved."""
    if inspector.panel.second is None:
        return "The app's verdict stands on the CNN alone."
    result = _judged(seed, inspector)
    return (
        "The app's verdict stands on both networks: of the face "
        f"where it was it says '{WORDS[result.verdict.state]}', P(fake) "
        f"{literal(percent(result.p_fake))}."
    )
