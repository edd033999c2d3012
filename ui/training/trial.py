"""Judge photos with a run that is not shipped."""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from core.config import DEFAULT_DETECTOR
from core.errors import UserError
from core.inference.detector import shared_detector
from core.inference.photo import Inspector, PhotoResult
from core.inference.report import told
from core.inference.trial import inspector_of
from core.inference.verdict import percent
from core.training.classifier.best import MONITOR, best_epoch
from core.training.run_folder import RunFolder
from ui.photo import session
from ui.shared.face_grid import picture_grid
from ui.shared.names import literal
from ui.shared.photo_files import drop_photos, shared_examples, with_names
from ui.shared.progress import slow_bar
from ui.shared.widgets import say_error

_OPEN, _SAID = "tr_trial", "tr_trial_said"
_KEPT = 64  # photos of a window whose results are remembered


def trial(run: Path) -> None:
    """Draw a place to drop photos, and what the run's best epoch says of them and the examples.

    Args:
        run: the folder of a run of the classifier.
    """
    label = ":material/image_search: Judge photos with it"
    with st.expander(label, key=_OPEN, on_change="rerun"):
        if not st.session_state.get(_OPEN):
            return
        st.caption(
            f"What {_who_judges(RunFolder(run))} says, alone. Its P(fake) is not calibrated and no "
            "faces are left open: it shows what the run has learned, not what is true of a photo."
        )
        files = drop_photos(f"{_OPEN}_files")
        try:
            pictures = with_names(files)
            examples = shared_examples()
            pictures += [(example.title, example.data) for example in examples]
            _draw(_judged(run, pictures))
            truths = (f"{example.title} really is: {example.origin}" for example in examples)
            st.caption(literal(". ".join(truths) + "."))
        except UserError as error:
            say_error(error)


def _who_judges(run: RunFolder) -> str:
    """The epoch whose weights judge, in words."""
    with suppress(UserError):  # a damaged history or no settings: its weights judge all the same
        recipe = run.settings().get("recipe")
        monitor = str(recipe.get("monitor", MONITOR)) if isinstance(recipe, dict) else MONITOR
        if (epoch := best_epoch(run.load_history(), monitor)) and run.best_file.exists():
            return f"epoch {epoch}, the best of this run on valid so far,"
    return "the best epoch of this run"


def _judged(run: Path, pictures: list[tuple[str, bytes]]) -> list[PhotoResult]:
    """The result of each picture; what this window saw before is not judged again."""
    best = RunFolder(run).best_file
    stamp = best.stat().st_mtime_ns if best.exists() else 0
    known: dict[tuple, PhotoResult] = st.session_state.setdefault(_SAID, {})
    inspector: Inspector | None = None
    results = []
    with slow_bar("Photo {done} of {total}") as show:
        for name, data in pictures:
            key = str(run), stamp, name, session.digest_of(data)
            if key not in known:
                inspector = inspector or _inspector(run)
                with session.shared_line.turn():
                    known[key] = inspector.judge_file(name, data)
            results.append(known[key])
            show(len(results), len(pictures))
    for old in list(known)[:-_KEPT]:
        del known[old]
    return results


def _inspector(run: Path) -> Inspector:
    return inspector_of(RunFolder(run).best_weights(), shared_detector(DEFAULT_DETECTOR)[0])


def _draw(results: list[PhotoResult]) -> None:
    faces = [(result.name, face) for result in results for face in result.faces]
    picture_grid(
        [face.thumbnail for _, face in faces],
        [f"{name}: P(fake) {percent(face.p_fake)}" for name, face in faces],
    )
    for result in results:
        words = result.error or " ".join(told(result))
        if words:
            st.caption(literal(f"{result.name}: {words}"))
