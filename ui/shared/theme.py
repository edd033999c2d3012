"""One look for all pages: page setup, class colours, headers, empty states."""

import html
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from core.inference.colors import CLASS_COLORS
from core.inference.verdict import P_FAKE_MEANS, SHORT_WORDS, WORDS, exact, percent
from core.process import prepare_process, return_freed_memory
from ui.shared import address
from ui.shared.colors import css_variables

TITLE = "Real vs Fake Faces"
# A file of ours: the browser would fetch a symbol or an emoji from a third party.
_ICON = str(Path(__file__).parent / "icon.png")
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

_CSS = (Path(__file__).parent / "theme.css").read_text()

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
# A table that is wider than a phone is scrolled with the arrow keys, once it can be reached.
_REACH_TABLES = """
<script>
if (!window.tablesReached) {
  const tables = "[data-testid=stMarkdownContainer] table:not([tabindex])";
  window.tablesReached = new MutationObserver(() =>
    document.querySelectorAll(tables).forEach((table) => { table.tabIndex = 0; }));
  window.tablesReached.observe(document.body, {childList: true, subtree: true});
}
</script>
"""
# Charts and pictures have the colours of the run that drew them. Once another theme is chosen and
# nothing runs that a press would stop, the page is drawn anew: once a theme, whatever comes of it.
_DRAW_ANEW = """
<script>
if (!window.themeWatched) {
  let asked = "";
  window.themeWatched = setInterval(() => {
    const app = document.querySelector("[data-testid=stApp]");
    const drawn = getComputedStyle(document.documentElement).getPropertyValue("--rf-drawn").trim();
    if (app?.dataset.testScriptState !== "notRunning" || !drawn) return;
    const shown = getComputedStyle(app).colorScheme;
    if (shown === drawn) asked = "";
    else if (shown !== asked) {
      asked = shown;
      document.querySelector(".st-key-rf_anew button")?.click();
    }
  }, 300);
}
</script>
"""


def start_page(name: str, lead: str) -> None:
    """Set the page up and draw its heading. Call it first on every page."""
    prepare_process()
    return_freed_memory()
    title = TITLE if name == TITLE else f"{name} · {TITLE}"
    st.set_page_config(page_title=title, page_icon=_ICON, layout="wide")
    st.html(f"<style>{css_variables()}{_CSS}</style>")
    with st.sidebar:
        scripts = address.SCRIPT + _FOLD_MENU + _REACH_TABLES + _DRAW_ANEW
        st.html(scripts, unsafe_allow_javascript=True)
        st.button("Draw the page anew", key="rf_anew")  # out of sight: the script's
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


def switch(
    name: str, options: dict[str, str], key: str, on_change: Callable[[], None] | None = None
) -> str:
    """A row of a few views or kinds, the first one chosen at first; kept while elsewhere.

    Args:
        name: for those who cannot see it.
        options: value -> label.
        key: of the widget.
        on_change: called once another one is chosen, before the page is drawn.
    """
    st.session_state.setdefault(key, next(iter(options)))
    chosen = st.segmented_control(
        name,
        options,
        format_func=options.__getitem__,
        required=True,
        key=key,
        label_visibility="collapsed",
        persist_state="session",
        on_change=on_change,
    )
    return chosen or next(iter(options))


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


def p_fake_scale(p_fake: float, state: str, *, low: float, high: float) -> str:
    """HTML of a labelled scale from real to fake.

    Args:
        p_fake: probability in [0, 1], marked by a dot in the verdict's colour.
        state: the verdict.
        low, high: ends of the unsure band, drawn in gray; from `high` on, where a line stands, a
            face is called generated.
    """
    shown = html.escape(percent(p_fake))
    x = min(max(p_fake, 0.02), 0.98) * 100  # the dot stays on the scale
    inside = f"clamp(2.5rem, {x:.1f}%, 100% - 2.5rem)"  # and so do its words
    stops = (
        f"{CLASS_COLORS['real']}55 0 {low:.0%}, {CLASS_COLORS['unsure']}44 {low:.0%} {high:.0%}, "
        f"{CLASS_COLORS['fake']}55 {high:.0%} 100%"
    )
    said = (
        f"P(fake) {shown} on a scale from 0 to 100 percent; no trace to {exact(low)}, generated "
        f"from {exact(high)}"
    )
    return f"""
<div class="rf-scale" role="img" style="background: linear-gradient(90deg, {stops})"
  aria-label="{said}">
  <span class="line" style="left:{high:.1%}"></span>
  <span class="dot" style="left:{x:.1f}%; background:{CLASS_COLORS[state]}"></span>
  <span class="value" style="left:{inside}; color:var(--rf-{state})"
    title="{html.escape(P_FAKE_MEANS)}">P(fake) {shown}</span>
  <span class="tick first">no trace<br>to {exact(low)}</span>
  <span class="tick last" style="left:clamp(6.2rem, {high:.1%}, 100% - 1.9rem)"
    >generated<br>from {exact(high)}</span>
</div>"""


def verdict_counts(states: list[str]) -> None:
    """How many faces got which verdict, each on its class' tint."""
    cells = "".join(
        f'<span class="rf-count{"" if state in states else " none"}" '
        f'style="background:var(--rf-tint-{state})">'
        f'<b style="color:var(--rf-{state})">{states.count(state)}</b>{word.lower()}</span>'
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
        f'<div style="background:var(--rf-tint-{state}); border-left: 4px solid var(--rf-{state}); '
        f'border-radius:.6rem; padding:.8rem 1rem">{body}</div>'
    )
