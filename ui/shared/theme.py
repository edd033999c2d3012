"""One look for all pages: page setup, class colours, headers, empty states."""

import html
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from core.inference.report import CLASS_COLORS
from core.inference.verdict import P_FAKE_MEANS, SHORT_WORDS, WORDS, percent
from core.process import prepare_process
from ui.shared import address

TITLE = "Real vs Fake Faces"
# A file of ours: the browser would fetch a symbol or an emoji from a third party.
_ICON = str(Path(__file__).parent / "icon.png")
_TINTS = {"real": "#eaf2fc", "fake": "#fdf0ea", "unsure": "#f3f4f6"}
# Streamlit would call the home page "app", after its file: the menu is ours.
_PAGES = (
    ("app.py", "Home", ":material/home:"),
    ("pages/1_Photo.py", "Photo", ":material/image_search:"),
    ("pages/2_Webcam.py", "Webcam", ":material/videocam:"),
    ("pages/8_Quiz.py", "You guess first", ":material/quiz:"),
    ("pages/3_Dataset.py", "Dataset", ":material/photo_library:"),
    ("pages/4_Training.py", "Training", ":material/monitoring:"),
    ("pages/5_Generator.py", "Generator", ":material/face:"),
    ("pages/6_Evaluation.py", "Evaluation", ":material/fact_check:"),
    ("pages/7_About.py", "About", ":material/info:"),
)

_CSS = """
<style>
.block-container {max-width: 1120px; padding-top: 3.2rem; padding-bottom: 3rem;}
h1 {letter-spacing: -0.02em;}
.rf-name {font-size: 1.75rem; font-weight: 600; line-height: 1.2; letter-spacing: -0.005em;
  margin: 0; padding: .5rem 0 1rem 0; overflow-wrap: anywhere; white-space: pre-wrap;}
.rf-lead {font-size: 1.08rem; color: #4b5563; margin: -0.6rem 0 0.4rem 0; max-width: 46rem;}
.rf-empty {border: 1.5px dashed #cbd2dc; border-radius: .8rem; padding: 1.6rem; color: #4b5563;
  text-align: center;}
.rf-empty b {color: #1f2937; display: block; margin-bottom: .25rem;}
.rf-pill {display: inline-block; border-radius: .85rem; padding: .16rem .7rem; font-weight: 600;
  color: white; font-size: .88rem; line-height: 1.35;}
.rf-head {display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: center;}
.rf-reason {color: #4b5563; font-size: .9rem; margin-top: .45rem;}
.rf-heat {display: flex; align-items: center; gap: .5rem; font-size: .8rem;}
.rf-heat i {flex: 1; height: .55rem; border-radius: .3rem;}
.rf-opinions {display: flex; flex-wrap: wrap; gap: .1rem 1rem; color: #6b7280; font-size: .84rem;
  border-top: 1px solid #00000012; padding-top: .4rem;} .rf-opinions b {color: #374151;}
.rf-scale {margin: 1.9rem .35rem 1.6rem .35rem; position: relative; height: .7rem;
  border-radius: 99px; container-type: inline-size;}
.rf-scale .short {display: none;}
@container (max-width: 170px) {.rf-scale .tick.middle {display: none;}}
@container (max-width: 240px) {.rf-scale .word {display: none;} .rf-scale .short {display: inline;}}
.rf-scale .tick {position: absolute; top: 1rem; font-size: .74rem; color: #6b7280;
  transform: translateX(-50%); white-space: nowrap;}
.rf-scale .tick.first {transform: none;} .rf-scale .tick.last {transform: translateX(-100%);}
.rf-scale .line {position: absolute; top: -.25rem; bottom: -.25rem; width: 2px;
  background: #374151; transform: translateX(-1px);}
.rf-scale .dot {position: absolute; top: 50%; width: 1.05rem; height: 1.05rem;
  border-radius: 99px; border: 3px solid white; transform: translate(-50%, -50%);
  box-shadow: 0 0 0 1px rgba(0,0,0,.25);}
.rf-scale .value {position: absolute; top: -1.5rem; font-weight: 700; font-size: .92rem;
  transform: translateX(-50%); white-space: nowrap;}
.rf-counts {display: flex; flex-wrap: wrap; gap: .5rem; margin: .2rem 0 .4rem 0;}
.rf-count {border-radius: .6rem; padding: .45rem .9rem; font-size: .95rem; color: #374151;}
.rf-count b {font-size: 1.15rem; margin-right: .3rem;}
.rf-trust {font-size: .9rem; line-height: 1.45; color: #4b5563; border-left: 3px solid #cbd2dc;
  padding: .1rem 0 .1rem .9rem;} .rf-trust b {color: #374151; margin-right: .3rem;}
@media (max-width: 640px) {.rf-trust {font-size: .84rem;} .rf-count.none {display: none;}}
.st-key-photo_and_cards [data-testid=stColumn]:first-child {position: sticky; top: 4rem;
  align-self: flex-start;}
.st-key-photo_head .rf-name {padding: .2rem 0;}
[class*=st-key-pick_] {position: relative;}
[class*=st-key-pick_] [data-testid=stElementContainer]:has(.stButton) {position: absolute; inset: 0;
  height: 100%;}
[class*=st-key-pick_] .stButton, [class*=st-key-pick_] .stButton > * {height: 100%;}
[class*=st-key-pick_] button {height: 100%; align-items: flex-end; background: none; padding: 0;
  border-color: transparent;}
[class*=st-key-pick_] button p {background: #ffffffe0; border-radius: .4rem; padding: 0 .4rem;
  margin-bottom: .3rem; font-size: .84rem;}
@media (max-width: 640px) {
  .block-container {padding-top: 2.6rem;} h1 {font-size: 2rem !important;}
  .st-key-photo_and_cards [data-testid=stHorizontalBlock]:has(> [data-testid=stColumn])
    {flex-direction: column-reverse; gap: 1rem;}
  .st-key-photo_and_cards [data-testid=stColumn] {width: 100% !important; min-width: 100%;
    flex: none !important;}
  .st-key-photo_and_cards [data-testid=stColumn]:first-child {position: static;}
}
.rf-facts {display: grid; grid-template-columns: repeat(auto-fit, minmax(6.2rem, 1fr)); gap: .5rem;}
.rf-facts.many {grid-template-columns: repeat(auto-fit, minmax(8.8rem, 1fr));}
.rf-fact {border: 1px solid #e2e5ea; border-radius: .6rem; padding: .5rem .75rem; color: #4b5563;
  font-size: .82rem; cursor: help;}
.rf-fact b {display: block; font-size: 1.15rem; color: #1f2937; font-variant-numeric: tabular-nums;}
[data-testid=stMarkdownContainer] table {display: block; overflow-x: auto; max-width: 100%;}
.rf-faces {display: grid; gap: .8rem; grid-template-columns: repeat(8, 1fr);}
.rf-faces.few {grid-template-columns: repeat(4, minmax(0, 11rem));}
@media (max-width: 700px) {.rf-faces {grid-template-columns: repeat(4, 1fr); gap: .5rem;}}
.rf-faces.five {grid-template-columns: repeat(5, 1fr); max-width: 62rem;}
@media (max-width: 700px) {.rf-faces.five {grid-template-columns: repeat(2, 1fr);}}
.rf-right, .rf-wrong {width: 100%;} .rf-wrong {color: #b3261e;} .rf-right {color: #1a7f37;}
.rf-face {margin: 0; min-width: 0;}
.rf-face img {width: 100%; border-radius: .5rem; display: block;}
.rf-open {display: block; border-radius: .5rem;} .rf-open:hover, .rf-open:focus-visible {
  outline: 2.5px solid #1f6feb; outline-offset: 2px;}
.rf-face figcaption {font-size: .8rem; color: #4b5563; display: flex; flex-wrap: wrap;
  gap: .15rem .4rem; padding-top: .25rem;} .rf-face b {width: 100%; font-weight: 500;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap;}
.rf-short {border-radius: .4rem; padding: 0 .4rem; font-weight: 600; color: white; cursor: help;
  white-space: nowrap;}
.rf-missing {aspect-ratio: 1; border-radius: .5rem; background: #f3f4f6; color: #6b7280;
  display: flex; align-items: center; justify-content: center; font-size: .85rem;}
.rf-privacy {color: #6b7280; font-size: .86rem;}
</style>
"""

# On a phone Streamlit leaves a menu of one's own over the page that was chosen from it.
_FOLD_MENU = """
<script>
if (!window.menuFolds) {
  window.menuFolds = true;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-testid=stSidebar] [data-testid=stPageLink] a");
    if (!link || window.innerWidth > 768) return;
    document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
  });
}
</script>
"""


def start_page(name: str, lead: str) -> None:
    """Set the page up and draw its heading. Call it first on every page."""
    prepare_process()
    title = TITLE if name == TITLE else f"{name} · {TITLE}"
    st.set_page_config(page_title=title, page_icon=_ICON, layout="wide")
    st.html(_CSS)
    with st.sidebar:
        st.html(address.SCRIPT + _FOLD_MENU, unsafe_allow_javascript=True)
    _menu()
    st.title(name, anchor=False)
    if lead:
        st.html(f'<p class="rf-lead">{html.escape(lead)}</p>')


def _menu() -> None:
    for file, label, symbol in _PAGES:
        try:
            st.sidebar.page_link(file, label=label, icon=symbol)
        except StreamlitPageNotFoundError:
            return  # this page was started alone (`streamlit run pages/...`): it has no siblings


def switch(name: str, options: dict[str, str], key: str) -> str:
    """A row of a few views or kinds, the first one chosen at first; kept while elsewhere.

    Args:
        name: for those who cannot see it.
        options: value -> label.
        key: of the widget.
    """
    st.session_state.setdefault(key, next(iter(options)))
    return st.segmented_control(
        name,
        options,
        format_func=options.get,
        required=True,
        key=key,
        label_visibility="collapsed",
        persist_state="session",
    )


def empty_state(title: str, hint: str) -> None:
    """Say that there is nothing yet, and what to do next."""
    st.html(f'<div class="rf-empty"><b>{html.escape(title)}</b>{html.escape(hint)}</div>')


def privacy_line(what: str = "Photos", until: str = "clear the results or close the tab") -> None:
    """What happens to a picture: the same words wherever one is asked for."""
    st.html(
        f'<p class="rf-privacy">{what} stay in the memory of the server that runs this app. They '
        f"are never written to disk, logged or sent on, and are gone when you {until}.</p>"
    )


def verdict_pill(state: str) -> str:
    """HTML of a verdict in its class colour."""
    return f'<span class="rf-pill" style="background:{CLASS_COLORS[state]}">{WORDS[state]}</span>'


def short_pill(state: str, value: str, reason: str | None) -> str:
    """HTML of a verdict in little room: the class, then P(fake); the rest on hovering."""
    why = f"{WORDS[state]}. {reason or ''}".strip()
    return (
        f'<span class="rf-short" style="background:{CLASS_COLORS[state]}" '
        f'title="{html.escape(why)}">{SHORT_WORDS[state]}</span><span>P(fake)&nbsp;{html.escape(value)}</span>'
    )


def p_fake_scale(p_fake: float, state: str, *, threshold: float, low: float, high: float) -> str:
    """HTML of a labelled scale from real to fake.

    Args:
        p_fake: probability in [0, 1], marked by a dot in the verdict's colour.
        state: the verdict.
        threshold: drawn as a line.
        low, high: ends of the unsure band, drawn in gray.
    """
    shown = html.escape(percent(p_fake))
    near_end = not 0.3 <= threshold <= 0.7  # its label would run into those of the ends
    x = min(max(p_fake, 0.02), 0.98) * 100  # the dot stays on the scale
    inside = f"clamp(2.5rem, {x:.1f}%, 100% - 2.5rem)"  # and so do its words
    stops = (
        f"{CLASS_COLORS['real']}55 0 {low:.0%}, {CLASS_COLORS['unsure']}44 {low:.0%} {high:.0%}, "
        f"{CLASS_COLORS['fake']}55 {high:.0%} 100%"
    )
    return f"""
<div class="rf-scale" role="img" style="background: linear-gradient(90deg, {stops})"
  aria-label="P(fake) {shown} on a scale from 0 to 100 percent; threshold {threshold:.0%}">
  <span class="line" style="left:{threshold:.0%}"></span>
  <span class="dot" style="left:{x:.1f}%; background:{CLASS_COLORS[state]}"></span>
  <span class="value" style="left:{inside}; color:{CLASS_COLORS[state]}"
    title="{html.escape(P_FAKE_MEANS)}">P(fake) {shown}</span>
  <span class="tick first" style="left:0">0% real<span class="word"> photo</span></span>
  <span class="tick middle" style="left:{threshold:.0%}{"; display:none" if near_end else ""}"
    ><span class="word">threshold </span>{threshold:.0%}</span>
  <span class="tick last" style="left:100%">100% <span class="word">generated</span><span
    class="short">fake</span></span>
</div>"""


def verdict_counts(states: list[str]) -> None:
    """How many faces got which verdict, each on its class' tint."""
    cells = "".join(
        f'<span class="rf-count{"" if state in states else " none"}" '
        f'style="background:{_TINTS[state]}">'
        f'<b style="color:{CLASS_COLORS[state]}">{states.count(state)}</b>{word.lower()}</span>'
        for state, word in WORDS.items()
    )
    st.html(f'<div class="rf-counts">{cells}</div>')


def trust_box(lines: list[tuple[str, str]]) -> None:
    """Draw what must be known to weigh a verdict.

    Args:
        lines: (what it is about, a sentence or two) of each.
    """
    cells = "".join(
        f"<div><b>{html.escape(about)}.</b>{html.escape(text)}</div>" for about, text in lines
    )
    st.html(f'<div class="rf-trust">{cells}</div>')


def facts(items: list[tuple[str, str, str]]) -> None:
    """A row of small figures.

    Args:
        items: (label, value, explanation) of each.
    """
    cells = "".join(
        f'<span class="rf-fact" title="{html.escape(why)}"><b>{html.escape(value)}</b>'
        f"{html.escape(label)}</span>"
        for label, value, why in items
    )
    many = " many" if len(items) > 7 else ""  # then two even rows, not a full one and a rest
    st.html(f'<div class="rf-facts{many}">{cells}</div>')


def tinted(state: str, body: str) -> None:
    """Draw HTML on the verdict's tint."""
    st.html(
        f'<div style="background:{_TINTS[state]}; border-left: 4px solid {CLASS_COLORS[state]}; '
        f'border-radius:.6rem; padding:.8rem 1rem">{body}</div>'
    )
