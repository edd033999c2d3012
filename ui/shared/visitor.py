"""Whose browser this is: what somebody began is theirs still after the page was reloaded."""

import hashlib
from itertools import cycle

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_COOKIE = "_streamlit_xsrf"  # Streamlit gives every browser one, against forged requests


def visitor() -> str:
    """What this browser is told apart by; without its cookie, this window until it is reloaded."""
    if (token := _token(st.context.cookies.get(_COOKIE, ""))) is not None:
        return hashlib.sha256(token).hexdigest()
    context = get_script_run_ctx()
    return context.session_id if context is not None else ""


def _token(cookie: str) -> bytes | None:
    """What lies in it, the same for all of a browser's requests: each masks it anew."""
    try:
        _, mask, masked, _ = cookie.strip("\"'").split("|")
        pairs = zip(cycle(bytes.fromhex(mask)), bytes.fromhex(masked), strict=False)
        return bytes(one ^ other for one, other in pairs) or None
    except ValueError:
        return None
