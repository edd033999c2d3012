"""One claim of a file's metadata, in text that is safe and short enough to show."""

from dataclasses import dataclass

from core.picture_files import as_text

# Shown with any claims, and where there are none.
HOW_FAR = (
    "Metadata is easily forged, copied or removed, and most sites remove it. It has no part in "
    "the verdict. A file without metadata proves nothing either way."
)
NOTHING = "Nothing that this app can read."
MOST_DETAIL, MOST_NAME = 300, 80  # characters of a file's own text that are shown


@dataclass(frozen=True)
class Claim:
    """One claim of a file's metadata.

    Attributes:
        kind: "generator", "credentials", "source_type", "camera", "software", "edited", "date",
            "location", "compression" or "unread".
        says: one or two sentences; text from the file stands in quotation marks.
        detail: where the claim stands, and more of the file's text; may be empty.
    """

    kind: str
    says: str
    detail: str = ""


LOCATION = Claim(
    "location",
    "Holds a location, which is not shown here. Whoever gets the file can read it; you may want "
    "to remove it before you share the file.",
)


def printable(text: str, most: int = MOST_DETAIL) -> str:
    """Text from a file on one line, without invisible characters or marks of direction.

    Args:
        text: of any length and content.
        most: characters to keep; a longer text is cut, with a note at its end.
    """
    kept = as_text(text[: 4 * most])
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in kept).split())
    if len(line) <= most and len(text) <= 4 * most:
        return line
    return f"{line[:most]} ... (cut; {len(text):,} characters in all)"


def quoted(text: str, most: int = MOST_NAME) -> str:
    """Text from a file in double quotation marks; those within it become single ones."""
    return f'"{printable(text, most).replace(chr(34), chr(39))}"'
