"""What the app can and cannot do, in sentences for everyone, from the measured figures."""

from core.config import MIN_FACE_PX
from core.evaluation.knowledge import UNKNOWN, Knowledge
from core.inference.verdict import (
    COLOURLESS_RULE,
    MAX_OUTSIDE,
    P_FAKE_MEANS,
    WORDS,
    Calibration,
    exact,
)

THRESHOLD_MEANS = (
    "The threshold divides the two words, generated and no trace. Around it lies the unsure band, "
    "which moves along with it; a face within the band gets neither word, and from its upper end "
    "on the app calls a face generated. With a higher threshold fewer faces are: those become "
    "unsure, not cleared."
)
BY_SIDE = "unsure ones counted by their side of the threshold"  # of figures that ignore the band
PLAIN_WORDS = "In plain words"  # the model card's section of these lines
LIMITS = (
    "A verdict is a hint among others, never proof about a picture or a person.",
    "Finding no trace does not make a picture a real photo: it may come from a generator that "
    "leaves other traces, or its traces may be lost.",
    f"A verdict means little for {UNKNOWN}.",
    "Strong compression, blur, noise and small size weaken the traces that a verdict rests on.",
    "It was not examined for differences between groups of people; the photos it learned from do "
    "not represent all ages and skin tones alike.",
)


def caught_line(known: Knowledge) -> str:
    """Of how many generated faces it says so, says nothing or is unsure, in a sentence."""
    caught, missed, unsure = (known.rate("fake", said) for said in ("fake", "real", "unsure"))
    if caught is None or missed is None:
        return "Nothing was measured on generated faces."
    doubt = f", is unsure about {unsure.count}" if unsure else ""
    return (
        f"Of 100 generated faces it calls {caught.count} generated (95%: {caught.interval}){doubt} "
        f"and finds no trace in {missed.count}; {caught.n:,} faces were measured."
    )


def plain_lines(known: Knowledge, calibration: Calibration) -> list[str]:
    """Ten lines that say what a verdict is, how often it errs and what it is blind to.

    Args:
        known: the figures of the model that judges photos.
        calibration: of the same.
    """
    low, high = calibration.unsure_low, calibration.unsure_high
    apart = "" if calibration.max_disagreement is None else ", and where its networks contradict"
    return [
        "It looks at each face of a picture by itself and says whether a generator made it.",
        f"It has three answers: {WORDS['real'].lower()}, {WORDS['fake'].lower()}, or unsure.",
        P_FAKE_MEANS,
        f"From P(fake) {exact(high)} on it calls a face generated, up to {exact(low)} it finds no "
        "trace; between them it is unsure, because a false accusation costs more than a doubt.",
        known.alarm(),
        caught_line(known),
        known.sees(),
        known.blind_to(),
        f"It is unsure about faces under {MIN_FACE_PX} px, blurred ones, and those of which the "
        f"picture's border cuts more than {MAX_OUTSIDE:.0%} away{apart}. {COLOURLESS_RULE}",
        "A verdict is a hint, never proof; finding no trace does not make a picture a real photo.",
    ]
