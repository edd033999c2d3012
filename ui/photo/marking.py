"""A person helps: mark a face that was missed, by a box on the picture or by sliders."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.errors import UserError
from core.imaging import data_uri, decode_image
from core.inference.by_hand import WHOLE
from core.inference.geometry import Box
from core.inference.photo import Inspector
from ui.photo import session
from ui.photo.session import Judged
from ui.shared.pictures import TALLEST, WIDEST
from ui.shared.widgets import STILL, say_error

TALLEST_PX = 560  # of the drawing surface on the page
COLUMN_PX = 370  # about what it is wide, on a desk and on a phone
GRID = 40  # points a side, unseen: Plotly tells of a box only where it has points to select
START_SHARE = 0.9  # of the shorter side: the box before one is drawn holds a portrait's whole head
_INK = "#7c3aed"  # on a photo, whatever the theme; no class has it


def marking(item: Judged) -> bool:
    """Draw the switch that turns a photo into a drawing surface; whether it is on."""
    return st.toggle(
        "Mark a face",
        key=_key(item, "on"),
        help="Was a face missed, or framed badly? Show where it is, and it is judged as well.",
    )


def page_key(item: Judged) -> str:
    """Where the session keeps which page of a crowd's cards is open; None is the last one."""
    return f"faces_{item.digest}"


def unmark_button(item: Judged) -> None:
    """A way to take back what was marked, where something was."""
    if any(face.marked for face in item.result.faces):
        st.button(
            "Remove what I marked",
            on_click=session.drop_marked,
            args=(item,),
            icon=":material/undo:",
            key=_key(item, "undo"),
        )


def _size(item: Judged) -> tuple[int, int]:
    """Width and height of the photo, in pixels."""
    width, height = item.result.width, item.result.height
    if width is None or height is None:
        raise ValueError("`item` must be a photo that could be read.")
    return width, height


def mark_a_face(item: Judged, inspector: Inspector) -> None:
    """Draw the photo to draw a box on, sliders for the same box, and the two ways to judge."""
    (width, height), box = _size(item), _box(item)
    round_ = st.session_state.get(_key(item, "round"), 0)
    chart = _key(item, f"chart_{round_}")
    st.plotly_chart(
        _surface(session.small_picture(item), width, height, box),
        key=chart,
        on_select=lambda: take_over(item, chart),
        selection_mode="box",
        config=STILL,
    )
    st.caption("Drag a box around the whole head, on the picture or with the sliders.")
    for label, most, name in (
        ("From left to right (px)", width, "x"),
        ("From top to bottom (px)", height, "y"),
    ):
        st.slider(label, 0, most, step=1, key=_key(item, name), on_change=_moved, args=(item,))
    with st.container(horizontal=True):
        st.button("Judge this box", type="primary", icon=":material/crop_free:",
                  key=_key(item, "go"), on_click=_judge, args=(item, inspector, box))  # fmt: skip
        st.button("Take the whole picture as one face", icon=":material/fullscreen:",
                  key=_key(item, "whole"), on_click=_judge, args=(item, inspector, None),
                  disabled=any(face.marked == WHOLE for face in item.result.faces))  # fmt: skip
    if problem := st.session_state.pop(_key(item, "problem"), None):
        say_error(problem, "crop_free")


def _key(item: Judged, name: str) -> str:
    return f"mark_{name}_{item.digest}"


def _box(item: Judged) -> Box:
    """The box as the sliders say; at first one in the middle."""
    width, height = _size(item)
    side = max(1, round(START_SHARE * min(width, height)))
    for name, length in (("x", width), ("y", height)):
        start = (length - side) // 2
        st.session_state.setdefault(_key(item, name), (start, start + side))
    (left, right), (top, bottom) = (st.session_state[_key(item, name)] for name in "xy")
    return Box(left, top, right - left, bottom - top)


def take_over(item: Judged, chart: str) -> None:
    """Set the sliders to the box that was drawn, cut to the picture; the last one of several.

    Args:
        item: the photo.
        chart: key of the chart on which it was drawn.
    """
    drawn = st.session_state[chart].selection.box
    if not drawn:
        return
    for name, length in zip("xy", _size(item), strict=True):
        ends = sorted(min(max(0, round(end)), length) for end in drawn[-1][name])
        st.session_state[_key(item, name)] = tuple(ends)


def _moved(item: Judged) -> None:
    """A slider was moved: a chart of its own forgets the outline that was drawn before."""
    key = _key(item, "round")
    st.session_state[key] = st.session_state.get(key, 0) + 1


def _judge(item: Judged, inspector: Inspector, box: Box | None) -> None:
    """Judge a box, or the whole picture as one face, and show the picture again."""
    try:
        photo = decode_image(item.data)
        if box is None:
            (face,) = inspector.judge(photo, aligned=True)
            faces = (replace(face, marked=WHOLE),)
        else:
            faces = inspector.judge(photo, boxes=[box])
    except UserError as error:
        st.session_state[_key(item, "problem")] = str(error)
        return
    session.add_faces(item, faces)
    st.session_state[_key(item, "on")] = False
    st.session_state[page_key(item)] = None  # the newest face is on the last page


def _surface(picture: np.ndarray, width: int, height: int, box: Box) -> go.Figure:
    """The photo as a chart to draw on; its axes count the photo's own pixels."""
    across, down = np.meshgrid(np.linspace(0, width, GRID), np.linspace(0, height, GRID))
    figure = go.Figure(
        go.Scatter(x=across.ravel(), y=down.ravel(), mode="markers", hoverinfo="skip",
                   marker={"opacity": 0}, selected={"marker": {"opacity": 0}},
                   unselected={"marker": {"opacity": 0}})
    )  # fmt: skip
    source = data_uri(picture, quality=85)
    figure.add_layout_image(source=source, x=0, y=0, sizex=width, sizey=height,
                            xref="x", yref="y", sizing="stretch", layer="below")  # fmt: skip
    figure.add_shape(type="rect", x0=box.x, x1=box.x + box.w, y0=box.y, y1=box.y + box.h,
                     line={"color": _INK, "width": 3})  # fmt: skip
    outline = {"color": _INK, "width": 2, "dash": "dot"}
    figure.update_layout(
        height=min(TALLEST_PX, max(120, round(COLUMN_PX * height / width))),
        margin=dict.fromkeys("ltrb", 0),
        dragmode="select",
        showlegend=False,
        plot_bgcolor="rgba(0,0,0,0)",
        newselection={"line": outline},
    )
    # what is too long to be seen is stretched
    anchor = {"scaleanchor": "x"} if 1 / TALLEST <= width / height <= WIDEST else {}
    figure.update_xaxes(range=[0, width], visible=False, constrain="domain")
    figure.update_yaxes(range=[height, 0], visible=False, constrain="domain", **anchor)
    return figure
