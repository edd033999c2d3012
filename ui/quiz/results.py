"""What came out of a quiz: scores side by side, and every face with what was said of it."""

import base64
import html

import streamlit as st

from core.dataset.sources.demo import DETAIL_PX
from core.inference.photo import FaceResult
from core.inference.verdict import CLASS_WORDS, COLOURLESS, COLOURLESS_RULE, percent
from core.quiz import FACES, ClassResult, ModelScore, QuizFace, count_right, deal, forced

_MODEL_HELP = (
    "You had to choose, so does the model here: generated is what has a P(fake) of 50% or more. "
    "Left to itself it may say that it is unsure."
)


def own_scores(
    right: int,
    right_too: int,
    model: ModelScore,
    said: tuple[str, ...],
    faces: list[QuizFace],
    heard: list[FaceResult],
) -> None:
    """Both scores, and every face with the guess and the verdict.

    Args:
        right, right_too: guesses that are right, of all faces and of those on which the model
            gave a verdict.
        model, said, faces, heard: its score, the guesses, the faces, and what it says of each.
    """
    beside = "guessed right"
    if answered := _answered(model):
        beside += f"; {right_too} of the {answered} on which the model gave a verdict"
    _tiles((("You", f"{right} of {FACES}", beside), _model_tile(model)))
    lines = [_mark(guess == face.truth, f"you said {CLASS_WORDS[guess]}")
             for guess, face in zip(said, faces, strict=True)]  # fmt: skip
    _grid(faces, heard, lines)
    st.caption(
        "The quiz's number alone draws the faces, whatever the model makes of them. It looked at "
        f"the very same gray squares, with {DETAIL_PX} pixels of detail: little of the traces that "
        f"it looks for is left in them. {COLOURLESS_RULE} So a photo is unsure here at best. About "
        "says how the model does on ordinary photos."
    )


def class_scores(
    result: ClassResult, model: ModelScore, faces: list[QuizFace], heard: list[FaceResult]
) -> None:
    """The class beside the model, and how many got each face right."""
    people = len(result.right)
    who = "1 person" if people == 1 else f"{people} people"
    together = count_right(result.majority, deal(result.quiz))
    _tiles(
        (
            ("The class", f"{result.mean:.1f} of {FACES}", f"right on average, {who}"),
            ("By majority", f"{together} of {FACES}", f"best single result {max(result.right)}"),
            _model_tile(model),
        )
    )
    lines = [_mark(2 * found > people, f"{found} of {people} right") for found in result.found]
    _grid(faces, heard, lines)


def _answered(model: ModelScore) -> int:
    return model.right + model.wrong


def _model_tile(model: ModelScore) -> tuple[str, str, str]:
    own = (
        f"left to itself it gives a verdict on {_answered(model)} of {FACES}: "
        f"{model.right} right, {model.wrong} wrong; it leaves {model.unsure} open, as unsure"
    )
    return "The model, forced to choose", f"{model.forced} of {FACES}", own


def _tiles(tiles: tuple[tuple[str, str, str], ...]) -> None:
    for column, (who, score, note) in zip(st.columns(len(tiles)), tiles, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.metric(who, score, help=_MODEL_HELP if who.startswith("The model") else None)
            st.caption(note)


def _mark(right: bool, words: str) -> str:
    return (
        f'<span class="rf-{"right" if right else "wrong"}">{"✓" if right else "✗"} {words}</span>'
    )


def _grid(faces: list[QuizFace], heard: list[FaceResult], lines: list[str]) -> None:
    cells = []
    for number, (face, said, line) in enumerate(zip(faces, heard, lines, strict=True), start=1):
        picture = base64.b64encode(face.data).decode()
        origin = html.escape(face.origin)
        model = _model_line(face.truth, said)
        cells.append(
            f'<figure class="rf-face"><img src="data:image/jpeg;base64,{picture}" '
            f'alt="Face {number}. {origin}" title="{origin}"><figcaption>'
            f"<b>{number}. {CLASS_WORDS[face.truth].capitalize()}</b>{line}{model}"
            "</figcaption></figure>"
        )
    st.html(f'<div class="rf-faces five">{"".join(cells)}</div>')


def _model_line(truth: str, said: FaceResult) -> str:
    choice = forced(said)
    chance = f"P(fake)&nbsp;{html.escape(percent(said.p_fake))}"
    if said.verdict.state != "unsure":
        return _mark(choice == truth, f"model: {chance}")
    line = _mark(choice == truth, f"forced to choose: {CLASS_WORDS[choice]}, {chance}")
    # what a gray face lacks is said once, below the faces
    reason = "It is gray." if said.verdict.reason == COLOURLESS else said.verdict.reason or ""
    because = f"{html.escape(reason)} So the model is unsure."
    return f"<span>{because}</span>{line}"
