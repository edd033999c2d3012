"""The one registry of shipped files: name -> file, checksum, what it is and where it came from."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.atomic import write_atomically
from core.config import ARTIFACTS_DIR
from core.errors import UserError

REGISTRY_FILE = "registry.json"
KINDS = {
    "metrics.json": "metrics",
    "judged.json": "judged",
    "history.csv": "history",
    "calibration.json": "calibration",
    "live.json": "live_calibration",
    "robustness.json": "robustness",
    "generalization.json": "generalization",
    "xml": "graph",
    "bin": "constants",
    "weights.h5": "weights",
    "head.npz": "head",
    "joining.json": "joining",
    "discriminator.weights.h5": "discriminator",
}
_HOW_TO_RESTORE = (
    "Restore it with `git checkout -- artifacts`, or train and publish again with "
    "`python -m core train` and `python -m core publish`: the README says how."
)


@dataclass(frozen=True)
class Artifact:
    """A file under `artifacts/`.

    Attributes:
        file: path relative to the registry's folder.
        sha256: checksum of the file's bytes, in hexadecimal.
        bytes: its size.
        kind: what it is ("weights", "runtime model", "history", "metrics", "example", ...).
        created: UTC time, ISO 8601.
        data: what it was trained on or made from.
        metrics: figures that belong to it; may be empty.
    """

    file: str
    sha256: str
    bytes: int
    kind: str
    created: str
    data: str
    metrics: dict


def load_registry(folder: Path = ARTIFACTS_DIR) -> dict[str, Artifact]:
    """Read the registry.

    Raises:
        UserError: it is missing or damaged.
    """
    path = folder / REGISTRY_FILE
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {name: Artifact(**entry) for name, entry in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise UserError(
            f"The registry {path.name} is missing or damaged. {_HOW_TO_RESTORE}"
        ) from error


def registered(folder: Path = ARTIFACTS_DIR) -> dict[str, Artifact]:
    """`load_registry`, or nothing for a folder that has no registry yet.

    Raises:
        UserError: it is damaged.
    """
    return load_registry(folder) if (folder / REGISTRY_FILE).exists() else {}


def read_artifact(name: str, folder: Path = ARTIFACTS_DIR) -> bytes:
    """Read a registered file and check that it is the one that was shipped.

    The bytes that were checked are the bytes that are returned, so nothing can slip in between.

    Args:
        name: its key in the registry.
        folder: where the registry lies.

    Raises:
        UserError: it is not registered, missing, outside the folder, or not the file that was
            registered.
    """
    artifact = load_registry(folder).get(name)
    if artifact is None:
        raise UserError(f"No artifact is called {name}. {_HOW_TO_RESTORE}")
    path = (folder / artifact.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise UserError(f"The registry names {artifact.file}, outside its folder: refused.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"The file {artifact.file} is missing. {_HOW_TO_RESTORE}") from error
    if hashlib.sha256(data).hexdigest() != artifact.sha256:
        raise UserError(
            f"The file {artifact.file} is not the one that was shipped (its SHA-256 differs), so "
            f"it was not loaded. {_HOW_TO_RESTORE}"
        )
    return data


def read_json(name: str, folder: Path = ARTIFACTS_DIR) -> dict:
    """Read a registered JSON file, checked as by `read_artifact`."""
    return json.loads(read_artifact(name, folder))


def ship(
    name: str,
    files: dict[str, bytes],
    *,
    data: str,
    metrics: dict,
    folder: Path = ARTIFACTS_DIR,
) -> None:
    """Write the files of a model into the folder and enter each into the registry.

    Args:
        name: the model's; file `{name}.{suffix}` is registered as `{name}_{kind}`.
        files: suffix -> content; a suffix is one of `KINDS`.
        data, metrics, folder: as for `register`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, content in files.items():
        file, kind = f"{name}.{suffix}", KINDS[suffix]
        write_atomically(folder / file, content)
        register(f"{name}_{kind}", file, kind=kind, data=data, metrics=metrics, folder=folder)


def register(
    name: str,
    file: str,
    *,
    kind: str,
    data: str,
    metrics: dict | None = None,
    folder: Path = ARTIFACTS_DIR,
) -> Artifact:
    """Enter a file that lies in the folder into the registry, or renew its entry.

    Args:
        name: the key.
        file: path relative to the folder.
        kind: what it is.
        data: what it was made from.
        metrics: figures that belong to it.
        folder: where the registry lies; a registry is started there if there is none.
    """
    content = (folder / file).read_bytes()
    artifact = Artifact(
        file=file,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        kind=kind,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        data=data,
        metrics=metrics or {},
    )
    known = registered(folder)
    known[name] = artifact
    _write_registry(known, folder)
    return artifact


def withdraw(prefix: str, folder: Path = ARTIFACTS_DIR) -> None:
    """Take every artifact whose name begins with `prefix` out of the registry and delete it."""
    known = registered(folder)
    if not known:
        return
    old = {name: known.pop(name) for name in list(known) if name.startswith(prefix)}
    _write_registry(known, folder)  # first, so that it never names a file that is gone
    for artifact in old.values():
        (folder / artifact.file).unlink(missing_ok=True)


def _write_registry(known: dict[str, Artifact], folder: Path) -> None:
    entries = {key: asdict(known[key]) for key in sorted(known)}
    text = json.dumps(entries, indent=2) + "\n"
    write_atomically(folder / REGISTRY_FILE, text.encode())
