"""The one registry of shipped files: name -> file, checksum, what it is and where it came from."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.atomic import write_atomically
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.json_text import read_object
from core.sole_writer import sole_writer, writable

REGISTRY_FILE = "registry.json"
_STAGED = ".staged"
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
    "weights.npz": "weights",
    "head.npz": "head",
    "guard.npz": "guard",
    "joining.json": "joining",
    "discriminator.weights.h5": "discriminator",
}
IR = ("xml", "bin")  # OpenVINO's files of a network: its graph and its constants
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
        entries = read_object(path.read_bytes())
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
    try:
        path = (folder / artifact.file).resolve()
    except (TypeError, ValueError, RuntimeError, OSError) as error:  # a NUL, a number, a loop
        raise UserError(f"The registry is damaged at {name}. {_HOW_TO_RESTORE}") from error
    if not path.is_relative_to(folder.resolve()):
        raise UserError(f"The registry names {artifact.file}, outside its folder: refused.")
    found = []
    for place in (path, _staged(path, artifact.sha256), path):  # while it is renamed, in that order
        with suppress(OSError):
            found.append(place.read_bytes())
            if hashlib.sha256(found[-1]).hexdigest() == artifact.sha256:
                return found[-1]
    if not found:
        raise UserError(f"The file {artifact.file} is missing. {_HOW_TO_RESTORE}")
    raise UserError(
        f"The file {artifact.file} is not the one that was shipped (its SHA-256 differs), so "
        f"it was not loaded. {_HOW_TO_RESTORE}"
    )


def read_ir(name: str, folder: Path = ARTIFACTS_DIR) -> tuple[bytes, bytes]:
    """Read a network's graph and constants (see `IR`), checked as by `read_artifact`.

    Raises:
        UserError: as there.
    """
    return read_artifact(f"{name}_graph", folder), read_artifact(f"{name}_constants", folder)


def read_json(name: str, folder: Path = ARTIFACTS_DIR, parse: Callable = read_object) -> dict:
    """Read a registered JSON file by `parse` (bytes to dict), checked as by `read_artifact`.

    Raises:
        UserError: as there, or it was shipped as something else.
    """
    try:
        return parse(read_artifact(name, folder))
    except ValueError as error:
        raise UserError(f"The artifact {name} holds no JSON object. {_HOW_TO_RESTORE}") from error


@dataclass(frozen=True)
class Shipment:
    """Files of one model that are shipped together.

    Attributes:
        name: the model's; file `{name}.{suffix}` is registered as `{name}_{kind}`.
        files: suffix -> content; a suffix is one of `KINDS`.
        data: what they were made from.
        metrics: figures that belong to them.
    """

    name: str
    files: dict[str, bytes]
    data: str
    metrics: dict

    def entries(self) -> Iterator[tuple[str, Artifact, bytes]]:
        """The name in the registry, the entry and the content of each file."""
        for suffix, content in self.files.items():
            file, kind = f"{self.name}.{suffix}", KINDS[suffix]
            entry = _describe(file, content, kind, self.data, self.metrics)
            yield f"{self.name}_{kind}", entry, content


def ship(
    name: str, files: dict[str, bytes], *, data: str, metrics: dict, folder: Path = ARTIFACTS_DIR
) -> None:
    """Write the files of a model into the folder and enter all of them into the registry.

    Args:
        name, files, data, metrics: as in `Shipment`.
        folder: where the registry lies; one is started there if there is none.
    """
    ship_all([Shipment(name, files, data, metrics)], folder=folder)


def ship_all(
    shipments: Iterable[Shipment], *, withdrawn: tuple[str, ...] = (), folder: Path = ARTIFACTS_DIR
) -> None:
    """Ship several models and withdraw others, all or nothing: a kill -9 leaves old or new.

    Args:
        shipments: what is new, or takes the place of what had its name.
        withdrawn: beginnings of names in the registry: what has one goes, its file too.
        folder: where the registry lies; one is started there if there is none.
    """
    new = {key: (entry, data) for each in shipments for key, entry, data in each.entries()}
    _replace(new, withdrawn, folder)


def ship_file(
    name: str, file: str, content: bytes, *, kind: str, data: str, folder: Path = ARTIFACTS_DIR
) -> None:
    """Ship one file that has a name of its own, a card for example; other words as in `Artifact`.

    Args:
        name: in the registry.
        file: path relative to the folder.
        content: of the file.
        kind, data: as in `Artifact`.
        folder: where the registry lies.
    """
    _replace({name: (_describe(file, content, kind, data, {}), content)}, (), folder)


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
        kind, data, metrics: as in `Artifact`.
        folder: where the registry lies; a registry is started there if there is none.
    """
    entry = _describe(file, (folder / file).read_bytes(), kind, data, metrics or {})
    with sole_writer(folder), writable(folder):
        _write_registry({**registered(folder), name: entry}, folder)
    return entry


def withdraw(prefix: str, folder: Path = ARTIFACTS_DIR) -> None:
    """Take every artifact whose name begins with `prefix` out of the registry and delete it."""
    if registered(folder):
        _replace({}, (prefix,), folder)


def _replace(
    new: dict[str, tuple[Artifact, bytes]], withdrawn: tuple[str, ...], folder: Path
) -> None:
    """Write all files beside the old ones, then the registry, then put them in their places.

    Until the registry is replaced, it names the old files, which lie as they were. From then on
    it names the new ones, which `read_artifact` finds in either place.
    """
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with sole_writer(folder), writable(folder):
        _settle(registered(folder), folder)
        try:
            for entry, content in new.values():
                write_atomically(_staged(folder / entry.file, entry.sha256), content)
            _put_in_place(new, withdrawn, folder)
        except OSError:  # a full disk, for example: give back what the new files took
            with suppress(OSError):
                _settle(registered(folder), folder)
            raise


def _put_in_place(
    new: dict[str, tuple[Artifact, bytes]], withdrawn: tuple[str, ...], folder: Path
) -> None:
    """Let the registry name the staged files, and nothing that is withdrawn."""
    known = registered(folder)
    old = {key: known.pop(key) for key in list(known) if key.startswith(withdrawn)}
    known |= {key: entry for key, (entry, _) in new.items()}
    _write_registry(known, folder)
    _settle(known, folder)
    for file in {entry.file for entry in old.values()} - {each.file for each in known.values()}:
        (folder / file).unlink(missing_ok=True)


def _staged(path: Path, sha256: str) -> Path:
    """Where a file lies until the registry names it; its checksum tells it from all others."""
    return path.with_name(f".{path.name}.{sha256[:16]}{_STAGED}")


def _settle(known: dict[str, Artifact], folder: Path) -> None:
    """Put staged files that the registry names into their places; the others were given up."""
    for entry in known.values():
        staged = _staged(folder / entry.file, entry.sha256)
        if staged.exists():
            staged.replace(folder / entry.file)
    for left in (*folder.rglob(f".*{_STAGED}"), *folder.rglob(".*.tmp")):  # of a killed writer
        left.unlink()


def _describe(file: str, content: bytes, kind: str, data: str, metrics: dict) -> Artifact:
    checksum, now = hashlib.sha256(content).hexdigest(), datetime.now(UTC)
    created = now.isoformat(timespec="seconds")
    return Artifact(file, checksum, len(content), kind, created, data, metrics)


def _write_registry(known: dict[str, Artifact], folder: Path) -> None:
    text = json.dumps({key: asdict(known[key]) for key in sorted(known)}, indent=2) + "\n"
    write_atomically(folder / REGISTRY_FILE, text.encode())
