"""The judged photos of a session. They outlive reruns and page switches."""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from core.imaging import decode_image
from core.inference.photo import FaceResult, Inspector, PhotoResult
from core.limits import JUDGING, LINE, SESSION_MB, Line
from core.report.stamp import now
from ui.shared.pictures import fitted

MAX_PHOTOS = 100
shared_line = Line(JUDGING, LINE)  # of all sessions: each decoded photo may take 200 MB
_KEY = "judged_photos"
_WAITING = "waiting_photos"
_SMALL = "small_photos"
SMALL_KEPT = 6  # decoded pictures a session remembers, each of up to 4 MB
_ROUND = "upload_round"
_JUDGED_WITH = "photos_judged_with"
_REMOVED = "removed_photos"  # they may lie in an input widget still
_WHOLE = "photos_that_are_one_face"  # digests: no detector looks for the face


@dataclass(frozen=True)
class Judged:
    """A judged photo.

    Attributes:
        digest: SHA-256 of its file.
        data: its file's bytes, kept to draw it again; none of a file that could not be judged.
        result: what was found in it.
        size_bytes: of its file.
        judged_at: UTC, ISO 8601.
    """

    digest: str
    data: bytes
    result: PhotoResult
    size_bytes: int = 0
    judged_at: str = ""


def judged() -> list[Judged]:
    """All judged photos, oldest first."""
    return st.session_state.setdefault(_KEY, [])


def upload_key(name: str) -> str:
    """Key of an input widget: a new one after `clear`, which empties the widget."""
    return f"{name}_{st.session_state.get(_ROUND, 0)}"


def clear() -> None:
    """Forget every photo and empty the input widgets."""
    st.session_state[_KEY] = []
    st.session_state[_WAITING] = []
    st.session_state[_SMALL] = {}
    st.session_state.pop("heat_maps", None)
    st.session_state[_REMOVED] = set()
    st.session_state[_WHOLE] = set()
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def digest_of(data: bytes) -> str:
    """What a file is known by: the SHA-256 of its bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def remove(digest: str, name: str) -> None:
    """Forget one photo, even while its file lies in an input widget."""
    known = judged()
    known[:] = [item for item in known if (item.digest, item.result.name) != (digest, name)]
    st.session_state.setdefault(_REMOVED, set()).add((digest, name))


def welcome_back(digest: str, name: str) -> None:
    """Let a photo that was removed be judged again: somebody brought it anew."""
    st.session_state.setdefault(_REMOVED, set()).discard((digest, name))


def bring_face(name: str, data: bytes) -> None:
    """Let a picture that is one aligned face be judged on the Photo page, without a detector."""
    digest = digest_of(data)
    welcome_back(digest, name)
    st.session_state.setdefault(_WHOLE, set()).add(digest)
    known = {(item.digest, item.result.name) for item in judged()}
    known |= {(other, called) for called, _, other in waiting()}
    if (digest, name) not in known:
        waiting().append((name, data, digest))


def add(
    files: list[tuple[str, bytes]],
    inspector: Inspector,
    progress: Callable[[float, str], object],
) -> list[str]:
    """Judge files that were not judged yet and keep the results.

    Args:
        files: (name, bytes) pairs, as an upload gives them; the same file twice counts once.
        inspector: judges them.
        progress: told (share done, sentence) before each file and at the end.

    Returns:
        Sentences on files that were not taken.

    Raises:
        UserError: too many people judge photos now, or a limit is badly set; nothing is lost.
    """
    known, queue = judged(), waiting()
    seen = {(item.digest, item.result.name) for item in known}
    seen |= {(digest, name) for name, _, digest in queue}
    seen |= st.session_state.get(_REMOVED, set())
    for name, data in files:
        digest = digest_of(data)
        if (digest, name) not in seen:
            seen.add((digest, name))
            queue.append((name, data, digest))
    total = len(queue)
    while queue:
        name, data, digest = queue[0]
        if _is_full(known, data):
            left = len(queue)
            queue.clear()
            return [
                f"{left} photos were not judged: a session keeps at most {MAX_PHOTOS} photos and "
                f"{SESSION_MB.value()} MB. Clear the results first."
            ]
        number = total - len(queue)
        share, words = number / total, f"{number + 1} of {total}"
        whole = digest in st.session_state.get(_WHOLE, set())
        with shared_line.turn(partial(_wait, progress, share, words)):
            progress(share, f"Judging {words}")
            result = inspector.judge_file(name, data, aligned=whole)
        kept = data if result.error is None else b""
        known.append(Judged(digest, kept, result, len(data), now()))
        queue.pop(0)
    if total:
        progress(1.0, "Done")
    return []


def _wait(progress: Callable[[float, str], object], share: float, words: str, before: int) -> None:
    progress(share, f"Waiting to judge {words}: {before} {'is' if before == 1 else 'are'} first")


def judge_anew_with(settings: Hashable) -> None:
    """Where the photos were judged by something else, let them wait for this."""
    before = st.session_state.get(_JUDGED_WITH, settings)
    st.session_state[_JUDGED_WITH] = settings
    if before == settings:
        return
    known = judged()
    again = [(item.result.name, item.data, item.digest) for item in known if item.data]
    waiting()[:0] = again
    known[:] = [item for item in known if not item.data]  # unreadable, by whatever judges


def small_picture(item: Judged) -> np.ndarray:
    """A judged photo at the size of a page, uint8 (h, w, 3), RGB; the last few are remembered.

    Raises:
        UserError: it cannot be decoded (it could when it was judged).
    """
    known = st.session_state.setdefault(_SMALL, {})
    if item.digest not in known:
        known[item.digest] = fitted(decode_image(item.data).pixels)
        while len(known) > SMALL_KEPT:
            del known[next(iter(known))]
    return known[item.digest]


def add_faces(item: Judged, faces: tuple[FaceResult, ...]) -> None:
    """Add faces that a person marked to what was found in a photo; the same box counts once."""
    there = {(face.marked, face.box) for face in item.result.faces}
    new = [face for face in faces if (face.marked, face.box) not in there]
    _replace(item, (*item.result.faces, *new))


def drop_marked(item: Judged) -> None:
    """Take the marked faces out again."""
    _replace(item, tuple(face for face in item.result.faces if face.marked is None))


def _replace(item: Judged, faces: tuple[FaceResult, ...]) -> None:
    known = judged()
    place = next((at for at, each in enumerate(known) if each is item), None)
    if place is not None:  # cleared meanwhile, in another tab of the session
        known[place] = replace(item, result=replace(item.result, faces=faces))


def waiting() -> list[tuple[str, bytes, str]]:
    """(name, bytes, digest) of photos that were dropped and not judged yet.

    Going to another page ends a run in the middle; what is left is judged on the way back.
    """
    return st.session_state.setdefault(_WAITING, [])


def _is_full(known: list[Judged], data: bytes) -> bool:
    used = sum(len(item.data) for item in known)
    return len(known) >= MAX_PHOTOS or used + len(data) > SESSION_MB.value() * 2**20


def titles(items: list[Judged]) -> list[str]:
    """A name for each photo that no other photo has: the second `a.jpg` is `a.jpg (2)`."""
    counts: dict[str, int] = {}
    names = []
    for item in items:
        name = item.result.name
        counts[name] = counts.get(name, 0) + 1
        names.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return names
