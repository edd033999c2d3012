"""The bill of materials of a release, as CycloneDX: what the locks install, and the shipped models.

python -m tools.sbom FILE      # `make sbom`
"""

import json
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from core import __version__
from core.artifacts import load_registry
from core.config import ROOT

LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-data.lock")
MODELS = (
    "weights",
    "constants",
    "head",
    "discriminator",
    "graph",
    "guard",
)  # kinds that are models
_ENTRY = re.compile(r"^([\w.-]+)==([^\s;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def main() -> None:
    Path(sys.argv[1]).write_text(json.dumps(bill(), indent=2) + "\n")


def bill() -> dict:
    """The whole bill; the same for the same locks and models."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    about = {"type": "application", "name": project["name"], "version": __version__}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": about},
        "components": [
            *(package for lock in LOCKS for package in _packages(lock.read_text())),
            *_models(),
        ],
    }


def _packages(lock: str) -> list[dict]:
    return [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            **_licence(name),
            "externalReferences": [
                {
                    "type": "distribution",
                    "url": f"https://pypi.org/project/{name}/{version}/",
                    "hashes": [_sha256(content) for content in _HASH.findall(rest)],
                }
            ],
        }
        for name, version, rest in _ENTRY.findall(lock)
    ]


def _licence(name: str) -> dict:
    """What an installed package says of its licence; nothing where it is not installed."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:  # of another system
        return {}
    if expression := told.get("License-Expression"):
        return {"licenses": [{"expression": expression}]}
    named = [each for each in told.get_all("Classifier", []) if each.startswith("License ::")]
    return {"licenses": [{"license": {"name": each.split(" :: ")[-1]}} for each in named]}


def _models() -> list[dict]:
    return [
        {
            "type": "machine-learning-model",
            "name": name,
            "version": entry.created,
            "hashes": [_sha256(entry.sha256)],
        }
        for name, entry in sorted(load_registry().items())
        if entry.kind in MODELS
    ]


def _sha256(content: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": content}


if __name__ == "__main__":
    main()
