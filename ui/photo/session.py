"""The judged photos of a session. They outlive reruns and page switches."""

import hashlib
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock

import numpy as np
import streamlit as st

from core.imaging import decode_image
from core.inference.by_hand import same_box
from core.inference.photo import FaceResult, Inspector, PhotoResult
from core.inference.reading_order import reading_order
from core.limits import JUDGING, LINE, SESSION_MB, Line
from core.report.stamp import now
from ui.shared.pictures import fitted
from ui.shared.progress import time_left

MAX_PHOTOS = 100
shared_line = Line(JUDGING, LINE)  # of all sessions: each decoded photo may take 200 MB
_KEY = "judged_photos"
_WAITING = "waiting_photos"
_SMALL = "small_photos"
SMALL_KEPT = 6  # decoded pictures a session remembers, each of up to 4 MB
_ROUND = "upload_round"
_REMOVED = "removed_photos"  # they may lie in an input widget still
_WHOLE = "photos_that_are_one_face"  # digests: no detector looks for the face
# Streamlit begins the next run of a page while the one before it judges still, up to its next word
# to the page: both work on the same lists.
_changing = Lock()
_Waiting = tuple[str, bytes, str]  # name, bytes, digest


@dataclass(frozen=True)
class Judged:
    """A judged photo.

    Attributes:
        digest: SHA-256 of its file.
        data: its file's bytes, kept to draw it again; none of a file that could not be judged.
        result: what was found in it.
        size_bytes: of its file.
        judged_at: UTC, ISO 8601.
        judged_with: the settings that the result is of.
        hidden: found faces in whose places faces stand that a person marked.
    """

    digest: str
    data: bytes
    result: PhotoResult
    size_bytes: int = 0
    judged_at: str = ""
    judged_with: Hashable = None
    hidden: tuple[FaceResult, ...] = ()


def judged() -> list[Judged]:
    """All judged photos, oldest first."""
    return st.session_state.setdefault(_KEY, [])


def outdated(settings: Hashable) -> list[Judged]:
    """Those that were judged by other settings and wait in their places to be judged anew.

    What could not be read is not among them: it cannot be, whatever judges.
    """
    return [item for item in judged() if item.data and item.judged_with != settings]


def up_to_date(settings: Hashable) -> list[Judged]:
    """The judged photos without those that are `outdated`, oldest first."""
    return [item for item in judged() if not item.data or item.judged_with == settings]


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
    """Forget one photo, judged or waiting, even while its file lies in an input widget."""
    known, queue = judged(), waiting()
    with _changing:
        known[:] = [item for item in known if (item.digest, item.result.name) != (digest, name)]
        queue[:] = [each for each in queue if (each[2], each[0]) != (digest, name)]
    st.session_state.setdefault(_REMOVED, set()).add((digest, name))


def welcome_back(digest: str, name: str) -> None:
    """Let a photo that was removed be judged again: somebody brought it anew."""
    st.session_state.setdefault(_REMOVED, set()).discard((digest, name))


def bring_face(name: str, data: bytes) -> None:
    """Let a picture that is one aligned face be judged on the Photo page, without a detector."""
    digest = digest_of(data)
    welcome_back(digest, name)
    st.session_state.setdefault(_WHOLE, set()).add(digest)
    _line_up([(name, data)])


def _line_up(files: list[tuple[str, bytes]]) -> None:
    """Let files wait that are neither judged nor waiting nor removed."""
    known, queue, removed = judged(), waiting(), st.session_state.get(_REMOVED, set())
    entries = [(name, data, digest_of(data)) for name, data in files]
    with _changing:
        seen = {(item.digest, item.result.name) for item in known}
        seen |= {(digest, name) for name, _, digest in queue} | removed
        for name, data, digest in entries:
            if (digest, name) not in seen:
                seen.add((digest, name))
                queue.append((name, data, digest))


def add(
    files: list[tuple[str, bytes]],
    inspector: Inspector,
    progress: Callable[[float, str], object],
    settings: Hashable = None,
) -> list[str]:
    """Judge files that were not judged yet, and anew what other settings judged.

    A photo that is judged anew keeps its place and its old result until the new one is there, so
    that a run which is broken off, at any moment, leaves every photo in the list once.

    Args:
        files: (name, bytes) pairs, as an upload gives them; the same file twice counts once.
        inspector: judges them.
        progress: told (share done, sentence) before each file and at the end.
        settings: what tells this inspector from another.

    Returns:
        Sentences on files that were not taken.

    Raises:
        UserError: too many people judge photos now, or a limit is badly set; nothing is lost.
    """
    _line_up(files)
    known, queue, done, begun_s = judged(), waiting(), 0, time.monotonic()
    while left := [*outdated(settings), *queue]:
        task = left[0]
        name, data, digest = _file_of(task)
        if not isinstance(task, Judged) and _is_full(known, data):
            queue.clear()
            return [
                f"{len(left)} photos were not judged: a session keeps at most {MAX_PHOTOS} photos "
                f"and {SESSION_MB.value()} MB. Clear the results first."
            ]
        total = done + len(left)
        share, words = done / total, f"{done + 1} of {total}"
        words += time_left(done, len(left), time.monotonic() - begun_s)
        whole = digest in st.session_state.get(_WHOLE, set())
        with shared_line.turn(partial(_wait, progress, share, words)):
            progress(share, f"Judging {words}")
            result = inspector.judge_file(name, data, aligned=whole)
        kept = data if result.error is None else b""
        _keep(Judged(digest, kept, result, len(data), now(), settings), task, known, queue)
        done += 1
    if done:
        progress(1.0, "Done")
    return []


def _file_of(task: Judged | _Waiting) -> _Waiting:
    return (task.result.name, task.data, task.digest) if isinstance(task, Judged) else task


def _keep(
    found: Judged, task: Judged | _Waiting, known: list[Judged], queue: list[_Waiting]
) -> None:
    """Put a result where the photo stood or waited; nowhere if it is gone or was judged by now."""
    with _changing:
        if (place := _place(task, known)) is not None:
            known[place] = found
        elif (place := _place(task, queue)) is not None:
            del queue[place]
            known.append(found)


def _place(item: object, items: Sequence[object]) -> int | None:
    """Where this very object stands, if it does."""
    return next((at for at, each in enumerate(items) if each is item), None)


def _wait(progress: Callable[[float, str], object], share: float, words: str, before: int) -> None:
    progress(share, f"Waiting to judge {words}: {before} {'is' if before == 1 else 'are'} first")


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
    """Add faces that a person marked, each in the place of the one that it shows once more."""
    there, hidden = list(item.result.faces), list(item.hidden)
    for face in faces:
        if (place := same_box([each.box for each in there], face.box)) is not None:
            older = there.pop(place)
            hidden += [older] if older.marked is None else []
        there.append(face)
    _replace(item, there, hidden)


def drop_marked(item: Judged) -> None:
    """Take the marked faces out again: what was found is there as it was."""
    found = [face for face in item.result.faces if face.marked is None] + [*item.hidden]
    order = reading_order([face.box for face in found])
    _replace(item, [found[at] for at in order], [])


def _replace(item: Judged, faces: Sequence[FaceResult], hidden: Sequence[FaceResult]) -> None:
    result = replace(item.result, faces=tuple(faces))
    changed = replace(item, result=result, hidden=tuple(hidden))
    _keep(changed, item, judged(), [])  # nowhere, where it was cleared meanwhile


def waiting() -> list[_Waiting]:
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
