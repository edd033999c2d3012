"""The Generator page's views of the training: the same faces over the epochs, curves, quality."""

import io

import pandas as pd
import streamlit as st

from core.artifacts import read_artifact, read_json
from core.errors import UserError
from core.evaluation.generators.quality import BLURRED, HELD_OUT
from core.generators import GENERATORS
from core.generators.base import FaceGenerator
from core.generators.dcgan import list_snapshots
from core.generators.request import FaceRequest
from core.inference.photo import Inspector
from core.publishing.generator_card import dinov2_in_words, quality_rows, sources_of
from ui.shared.charts import gan_curves, loss_curves, quality_curve
from ui.shared.face_grid import face_grid
from ui.shared.resources import get_snapshot
from ui.shared.widgets import KEPT, STILL, say_error

_DINOV2 = "frechet_dinov2"
_FIGURES = {
    "frechet": ("Fréchet", "Fréchet distance to real faces: lower is better."),
    _DINOV2: ("Fréchet, DINOv2", "The same in DINOv2's feature space: lower is better."),
    "kid": ("KID x 1000", "Kernel distance to real faces: lower is better."),
    "precision": ("Precision", "Share of the faces that lie among real ones: higher is better."),
    "recall": ("Recall", "Share of real faces that lie among these: higher is better."),
    "density": ("Density", "As precision, counting how many real faces are near."),
    "coverage": ("Coverage", "Share of real faces with one of these nearby."),
    "sharpness": ("Sharpness", "Variance of the Laplacian, over that of real faces."),
    "ms_ssim": ("MS-SSIM", "Likeness of pairs: higher means less variety."),
    "suspicious": ("Too near", "Share nearer to a training face than 99% of unseen real faces."),
}
_SHORT = {BLURRED: "real faces, blurred"}  # where all columns must find room


def how_it_learned(request: FaceRequest, _generator: FaceGenerator, _inspector: Inspector) -> None:
    """The same seeds at every stored epoch, and the curves of both networks."""
    try:
        snapshots = list_snapshots()
        history = pd.read_csv(io.BytesIO(read_artifact("generator_history")))
        metrics = read_json("generator_metrics")
    except UserError as error:
        say_error(error)
        return
    epochs = list(snapshots)
    if st.session_state.get("gen_epoch") not in epochs:
        st.session_state.gen_epoch = epochs[-1]
    epoch = st.select_slider(
        f"Epoch: {', '.join(map(str, epochs[:-1]))} and {epochs[-1]} are stored",
        epochs,
        key="gen_epoch",
        **KEPT,
    )
    then = get_snapshot(snapshots[epoch])
    seeds = request.seeds[:16]
    face_grid(then.paint(request.codes(then, seeds)), [f"seed {seed}" for seed in seeds])
    seen = int(history.loc[history["epoch"] == epoch, "images"].iloc[0])
    st.caption(
        f"The generator after epoch {epoch}, when it had seen {seen:,} faces. Shipped "
        f"is epoch {metrics['shipped']['epoch']} of {len(history)}, whose faces came nearest to "
        "real ones. The line in the charts is the epoch chosen."
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(gan_curves(history, epoch), config=STILL)
        st.caption(
            "The game: the discriminator wants P(real) near 100% for real faces and near 0% for "
            "generated ones, the generator wants the latter high. Neither should win."
        )
    with right:
        st.plotly_chart(loss_curves(history, epoch), config=STILL)
        st.caption(f"The losses; unlike a classifier's they need not fall. {_alone(history)}")
    others = baseline["by_epoch"] if (baseline := _baseline()) else None
    curves = quality_curve(metrics["by_epoch"], others, marked=seen)
    st.plotly_chart(curves, config=STILL)
    st.caption("Fréchet distance of the faces to real ones over the faces seen; lower is better.")


def _alone(history: pd.DataFrame) -> str:
    """Why the curves do not begin at epoch 1, if they do not."""
    epochs = int(history["g_loss"].isna().sum())
    return f"In the first {epochs} epochs the generator learned alone." if epochs else ""


def _baseline() -> dict | None:
    """The figures of the authors' recipe, where they are shipped."""
    try:
        return read_json("original_generator_metrics")
    except UserError:
        return None


def how_good(_request: FaceRequest, _generator: FaceGenerator, _inspector: Inspector) -> None:
    """The measured figures, with what to hold them against."""
    try:
        metrics = read_json("generator_metrics")
    except UserError as error:
        say_error(error)
        return
    rows = pd.DataFrame(quality_rows(metrics, _baseline())).T
    rows["kid"] *= 1000
    told = {name: text for key, (name, text) in _FIGURES.items() if key in rows}
    table = rows.rename(columns={key: name for key, (name, _) in _FIGURES.items()})[list(told)].T
    st.dataframe(
        table,
        column_config={
            name: st.column_config.NumberColumn(_SHORT.get(name), format="%.2f") for name in table
        },
        height="content",
        placeholder="",  # of what was not measured
    )
    with st.expander("What these figures mean"):
        st.markdown("\n".join(f"- **{name}**: {text}" for name, text in told.items()))
    measured = metrics["measured_with"]
    st.caption(
        f"Each column: {measured['faces_a_set']} faces against {measured['reference_faces']} real "
        f"ones, in the feature space of {measured['feature_space']}. This is not FID (that needs "
        "Inception), and Fréchet distances depend on the number of faces: compare columns, "
        "not papers. "
        "For the distances the held-out real faces are the mark; precision and density are high, "
        "too, for faces that are all alike."
    )
    st.markdown(_in_words(metrics["quality"]) + _as_people_see_it(rows, measured))


def _in_words(rows: dict[str, dict[str, float]]) -> str:
    """What the table says of our generator, in words made from its figures."""
    row, real, blurred = (rows[name] for name in ("this generator", HELD_OUT, BLURRED))
    return (
        f"- **Is it good?** Its Fréchet distance to real faces is {row['frechet']:.0f}. Photos it "
        f"never saw reach {real['frechet']:.0f}, the same photos blurred by 2 pixels "
        f"{blurred['frechet']:.0f}.\n"
        f"- **Is it varied?** Its faces come near {row['recall']:.0%} of the real ones (recall), "
        f"and {row['precision']:.0%} of them lie among real ones (precision).\n"
        f"- **Does it copy?** {row['suspicious']:.1%} of its faces are nearer to a training face "
        "than the nearest 1% of unseen real faces. The median distance to the nearest training "
        f"face is {row['nearest_ratio']:.2f} times that of unseen real faces; a copier's would be "
        "near 0."
    )


def _as_people_see_it(rows: pd.DataFrame, measured: dict) -> str:
    """The order of the sets in DINOv2's space, beside that of the table; "" if not measured.

    Args:
        rows: a row a set, in the order of the table.
        measured: what it was measured with.
    """
    if _DINOV2 not in rows:
        return ""
    told = rows[_DINOV2].dropna()
    order = told.sort_values()
    order_there = "the same" if order.index.equals(told.index) else "another"
    missing = rows.index.difference(told.index)
    unknown = f" Not measured there: {', '.join(missing)}." if len(missing) else ""
    return (
        f"\n- **Do people see it so?** Fréchet, DINOv2 is {dinov2_in_words(measured)}. Nearest "
        f"first: {', '.join(f'{name} {distance:.0f}' for name, distance in order.items())}. "
        f"The first distance has {order_there} order.{unknown}"
    )


def origins() -> None:
    """The foot of the page: from which photos the generators learned, and what that means."""
    try:
        sources = ", ".join(sources_of(read_json("generator_metrics")))
    except UserError as error:
        say_error(error)
        return
    learned = "; ".join(
        f"{known.name} learned from photos of {known.photos or sources}"
        for known in GENERATORS.values()
    )
    st.caption(
        f"Every face here is machine-made. {learned}. They repeat the biases of these sets, and "
        "what they paint is for non-commercial use."
    )
