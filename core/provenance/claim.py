"""One thing that a file says of itself, in words that are safe and short enough to show."""

from dataclasses import dataclass

from core.picture_files import as_text

# What must be read with any claim, and with none.
HOW_FAR = (
    "Metadata is easily forged, copied or removed, and most sites remove it. It has no part in "
    "the verdict. That a file says nothing of where it comes from proves nothing."
)
NOTHING = "Nothing that this app can read."
MOST_DETAIL, MOST_NAME = 300, 80  # characters of a file's own words that are shown


@dataclass(frozen=True)
class Claim:
    """What a file says.

    Attributes:
        kind: "generator", "credentials", "source_type", "camera", "software", "edited", "date",
            "location", "compression" or "unread".
        says: one or two plain sentences; the file's own words in them stand in quotation marks.
        detail: where it stands and more of the file's own words; may be empty.
    """

    kind: str
    says: str
    detail: str = ""


LOCATION = Claim(
    "location",
    "Holds a location, which is not shown here. Whoever gets the file can read it: remove it "
    "before you pass the file on, if need be.",
)


def printable(text: str, most: int = MOST_DETAIL) -> str:
    """A file's own words on one line, without signs that are not seen or turn a line around.

    Args:
        text: of any length.
        most: characters to keep; the rest is cut, which is said.
    """
    kept = as_text(text[: 4 * most])
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in kept).split())
    if len(line) <= most and len(text) <= 4 * most:
        return line
    return f"{line[:most]} ... (cut; {len(text):,} characters in all)"


def quoted(text: str, most: int = MOST_NAME) -> str:
    """A file's own words in quotation marks, which they cannot end themselves."""
    return f'"{printable(text, most).replace(chr(34), chr(39))}"'
