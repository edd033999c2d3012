"""Pictures to try without a photo of one's own."""

from dataclasses import dataclass
from pathlib import Path

from core.artifacts import load_registry, read_artifact
from core.config import ARTIFACTS_DIR
from core.runtime import package_folder

_EXAMPLE = "example"
_NO_BRACKETS = str.maketrans("", "", "[]")  # registries up to now name several seeds as a list


@dataclass(frozen=True)
class Example:
    """Attributes: title and origin for the user; file is the name its result carries."""

    title: str
    origin: str
    file: str
    data: bytes


def load_examples(folder: Path = ARTIFACTS_DIR) -> list[Example]:
    """The registered generated faces and, if scikit-image is there, one real portrait.

    The portrait is NASA's picture of Eileen Collins, in the public domain, as scikit-image
    ships it. A dependency that is missing costs an example, never an error.

    Raises:
        UserError: the registry or a registered example is missing or was changed.
    """
    examples = [
        Example(
            artifact.metrics["title"],
            artifact.data.translate(_NO_BRACKETS),
            Path(artifact.file).name,
            read_artifact(name, folder),
        )
        for name, artifact in load_registry(folder).items()
        if artifact.kind == _EXAMPLE
    ]
    portrait = _astronaut()
    if portrait is not None:
        examples.insert(0, portrait)
    return examples


def generated_face(folder: Path = ARTIFACTS_DIR) -> Example | None:
    """A registered picture of one generated face, the same every time; None if there is none."""
    singles = [item for item in load_examples(folder) if item.file.startswith("generated_seed")]
    return min(singles, key=lambda item: item.file, default=None)


def _astronaut() -> Example | None:
    package = package_folder("skimage")
    file = package / "data" / "astronaut.png" if package else None
    if file is None or not file.is_file():
        return None
    origin = "Photograph: NASA portrait of Eileen Collins, public domain, from scikit-image"
    return Example("Astronaut", origin, "astronaut.png", file.read_bytes())
