"""The address bar: what a page shows stands in it, so that a link reproduces it and Back goes back.

The browser's history gets an entry where another page or view opens, or a face by itself; all else
replaces the address. After Back or Forward a page takes over what the address says, which otherwise
follows the page and may lag behind it.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.shared.names import literal

# Streamlit makes an entry of every change; the patch knows what is worth one. The address of a page
# with views is emptied only by `st.switch_page`, as it is left: Back must find what it said.
SCRIPT = """
<script>
if (!window.addressKept) {
  window.addressKept = true;
  const push = history.pushState.bind(history);
  const place = (url) =>
    [url.pathname, url.searchParams.get("view"), url.searchParams.has("face")].join();
  history.pushState = (state, title, there) => {
    const now = new URL(location), next = new URL(there, location);
    const here = now.pathname === next.pathname, filled = here && !now.search;
    if (here && !next.search && now.searchParams.has("view")) return;
    if (filled || place(now) === place(next)) history.replaceState(state, title, there);
    else push(state, title, there);
  };
}
</script>
"""


@dataclass(frozen=True)
class Field:
    """A widget whose state stands in the address.

    Attributes:
        key: of the widget.
        usual: its state where the address does not name it.
        read: its state from the address, which may say anything; raises ValueError.
        write: the other way.
    """

    key: str
    usual: Any
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = str


OWN_MACHINE = ("localhost", "127.0.0.1", "::1")  # leads everybody to a machine of their own


def one_of(choices: Collection[str]) -> Callable[[str], str]:
    """A reader of one of a few words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return read


def number(low: float, high: float, kind: type = int) -> Callable[[str], float]:
    """A reader of a number, int or float, from `low` to `high`."""

    def read(text: str) -> float:
        value = kind(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(text)
        return value

    return read


def host() -> str | None:
    """What the browser calls the server, such as "localhost"; None where that is not known."""
    return urlsplit(st.context.url or "").hostname


def moved() -> bool:
    """Whether Back or Forward led to what the address says now."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def say(wanted: dict[str, str]) -> None:
    """Let the address carry this and nothing else."""
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def take(page: str, fields: Mapping[str, Field]) -> None:
    """Give widgets the state that the address names, once a session and after Back.

    Args:
        page: a name for these fields.
        fields: name in the address -> what it is. Call it before the widgets are drawn.
    """
    state, known = st.session_state, f"address_of_{page}"
    if known not in state or moved():
        again, state[known] = known in state, True
        for name, field in fields.items():
            if name in st.query_params:
                state[field.key] = read_field(name, field)
            elif again:
                state[field.key] = field.usual
    for field in fields.values():
        state.setdefault(field.key, field.usual)


def read_field(name: str, field: Field) -> Any:
    """What the address names; where it names nonsense, that is said, and it is as usual."""
    try:
        return field.read(st.query_params[name])
    except ValueError:
        said = st.query_params[name][:40]
        st.warning(literal(f"The link's {name} is wrong, left out: {said}"),
                   icon=":material/link_off:")  # fmt: skip
        return field.usual


def read_named(fields: Mapping[str, Field]) -> dict[str, Any]:
    """By the key of its field, what the address names; nonsense is said, and as usual."""
    return {
        field.key: read_field(name, field)
        for name, field in fields.items()
        if name in st.query_params
    }


def said(fields: Mapping[str, Field]) -> dict[str, str]:
    """The widgets' state for the address; what is as usual is left out."""
    state = {name: st.session_state.get(field.key, field.usual) for name, field in fields.items()}
    return {
        name: field.write(state[name])
        for name, field in fields.items()
        if state[name] != field.usual
    }
