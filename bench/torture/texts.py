"""Links, names, settings, histories and JSON that may say anything, each through its reader."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from bench.torture.kinds import Part
from bench.torture.pages import TOKENS, query_of
from core.artifacts import load_registry, read_artifact, read_json, ship
from core.dataset.browse import Query, Verdicts, find, from_link, on_page
from core.dataset.index import index_folder
from core.dataset.layout import place_of
from core.dataset.sources.kaggle import read_listing
from core.generators.request import FaceRequest, read_query, read_seeds
from core.imaging import encode
from core.inference.photo import PhotoResult
from core.inference.report import to_contract
from core.inference.verdict import Calibration
from core.jobs import job_status
from core.open_folder import served
from core.picture_files import printable
from core.quiz import class_result, codes_in, from_code
from core.scoring.output import write_table
from core.scoring.rows import to_rows
from core.tables import FORMULA_SIGNS, to_csv
from core.training.histories import in_words, parse_history, smoothed, to_long
from core.training.run_folder import RunFolder
from ui.generator.link import read_view, to_view_query
from ui.live.ice import parse_ice_servers

_JSON = (
    *(b"[" * 100_000, b'{"a":' * 50_000, b"NaN", b"-Infinity", b"1e999", b"null", b"true", b'""'),
    *(b"{}", b"[]", b"9" * 5000, b"\\ud800", b"\\u0000", b"\xff", b",", b":", b'"', b"-1", b"0.5"),
)
_CSV = (
    *(b",", b"\n", b'"', b"\r", b"nan", b"inf", b"1e999", b"-1", b"0", b"1.5", b"\0", b"\xff"),
    *(b"epoch", b"loss", b"val_loss", b"seconds", b";", b"\t", b"9" * 400, b"'", b"=1+1"),
)
_NAMES = (
    b"\0",
    b"/",
    b"..",
    b"\n",
    b"\xed\xa0\x80",
    b"\xff",
    b"=1+1",
    b"<b>",
    b"_",
    b"real",
    b"~x",
)


def parts() -> list[Part]:
    return [
        Part("generator's link", _links(), _generator_link, tokens=TOKENS),
        Part("generator's views", _views(), _view_link, tokens=TOKENS),
        Part("data set's link", [b"split=train&label=fake&min_side_px=9&p_low=0.2&page=3&size=48"],
             _browse_link, tokens=TOKENS),
        Part("quiz", [b"00EN-A0SQ", b"00EN-A0SQ, http://a/?result=00EN-A0SR"], _quiz,
             tokens=TOKENS),
        Part("seeds", [b"3, 14, 15"], lambda data: read_seeds(_text(data)), tokens=TOKENS),
        Part("typed folder", [b"set/train", b"~/photos"], lambda d: served(_text(d)),
             tokens=_NAMES),
        Part("ICE servers", [b'[{"urls": ["stun:h:1"], "username": "n", "credential": "c"}]'],
             lambda data: parse_ice_servers(_text(data)), tokens=_JSON),
        Part("history", [_history()], _parse, tokens=_CSV),
        Part("Kaggle's listing", [b"id,label_str,path\n0,real,train/real/1.jpg\n"], read_listing,
             tokens=_CSV),
        Part("run.json", [_settings()], _run_json, tokens=_JSON),
        Part("history.csv of a run", [_history()], _run_history, tokens=_CSV),
        Part("progress.json", [b'{"done": 3, "total": 9, "phase": "training", "eta_s": 5.5}'],
             _progress, tokens=_JSON),
        Part("job's files", [b'["train", "x"]\x1e0\x1e99\x1etraining:  50%|### | 5/10'], _job,
             tokens=_JSON),
        Part("registry.json", [(_shipped() / "registry.json").read_bytes()], _registry,
             tokens=_JSON),
        Part("calibration, changed", [_CALIBRATION], _changed_calibration, tokens=_JSON),
        Part("file names", [b"train/real/camera_0.png\x1efake/x_1.jpg"], _names, tokens=_NAMES,
             weight=0.5),
        Part("tables' cells", [b"a_1.png\x1eIt is damaged.", b"=1+1\x1e-x"], _cells, tokens=_NAMES,
             weight=0.5),
    ]  # fmt: skip


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@cache
def scratch() -> Path:
    """A folder for as long as the process lives."""
    folder = Path(tempfile.mkdtemp(prefix="faces-torture-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def written(name: str, data: bytes) -> Path:
    """A scratch file with this content."""
    file = scratch() / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def _same(one, other) -> None:
    if one != other:
        raise AssertionError(f"{one} is not {other}"[:150])


def _links() -> list[bytes]:
    asked = FaceRequest("dcgan", 5, 4, 0.7, (0.5, 0, 0, -1, 0, 0), {3: 1.5})
    return [
        "&".join(f"{name}={value}" for name, value in request.to_query().items()).encode()
        for request in (asked, FaceRequest(), FaceRequest("mobilestylegan", 9, 4))
    ]


def _generator_link(data: bytes) -> None:
    """What is understood of a link gives a link that is understood as the same."""
    request, _ = read_query(query_of(data))
    _same(len(request.seeds), request.count)
    _same(read_query(request.to_query())[1], [])
    request.made_by()


def _views() -> list[bytes]:
    return [b"other=8&share=0.25", b"plus=0, 1&minus=3&plus_too=6,7", b"epoch=3"]


def _view_link(data: bytes) -> None:
    values, _ = read_view(query_of(data))
    for view in ("between", "sums", "learning"):
        _same(read_view(to_view_query(view, values))[1], [])


@cache
def _index():
    from tests.conftest import write_dataset

    return index_folder(write_dataset(scratch() / "set", {"train": 4, "test": 2}, 16))


def _browse_link(data: bytes) -> None:
    query, _ = from_link(query_of(data))
    _same(from_link(query.link()), (query, []))
    faces = _index().faces
    rules = Calibration(1, 0, 0.5, 0.4, 0.6, 0)
    on_page(find(faces, query, Verdicts.of(np.linspace(0, 1, len(faces)), rules)), query)
    json.dumps(Query().link())


def _quiz(data: bytes) -> None:
    codes = codes_in(_text(data))
    from_code(codes[0] if codes else "", "1")
    class_result(codes, "1")


def _history() -> bytes:
    rows = {"epoch": [1, 2, 3], "loss": [0.7, 0.5, 0.4], "val_loss": [0.8, 0.6, np.nan]}
    return to_csv(pd.DataFrame({**rows, "seconds": [3.5, 3.4, 3.6]}), marked=False)


def _parse(data: bytes) -> None:
    """What is read of a history can be drawn, smoothed, told and stored."""
    history = parse_history(data, "a run")
    to_csv(to_long([history]))
    for name in history.quantities:
        in_words(history, name)
        smoothed(history.table[name].to_numpy(), 0.9)


def _settings() -> bytes:
    return json.dumps({"recipe": {"name": "a", "epochs": 3}, "data": {"n": 5}}).encode()


def _run_json(data: bytes) -> None:
    folder = written("run/run.json", data).parent
    run = RunFolder(folder)
    run.settings()
    run.open(json.loads(_settings()), resume=True)


def _run_history(data: bytes) -> None:
    RunFolder(written("run/history.csv", data).parent).load_history(2)


def _progress(data: bytes) -> None:
    told = RunFolder(written("run/progress.json", data).parent).progress()
    if told is not None and told.share is not None and not 0 <= told.share <= 1:
        raise AssertionError(f"A share of {told.share}")


def _job(data: bytes) -> None:
    pieces = [*data.split(b"\x1e"), b"", b"", b"", b""]
    for name, piece in zip(("words.json", "exit", "pid", "log.txt"), pieces, strict=False):
        file = written(f"job/{name}", piece)
    job_status(file.parent)


@cache
def _shipped() -> Path:
    folder = scratch() / "artifacts"
    ship("both", {"calibration.json": _CALIBRATION, "joining.json": b'{"cnn": 1.0}'},
         data="none", metrics={"epoch": 1}, folder=folder)  # fmt: skip
    return folder


_CALIBRATION = json.dumps(
    {"temperature": 1.2, "bias": 0.1, "threshold": 0.5, "unsure_low": 0.4, "unsure_high": 0.6,
     "min_sharpness": 3.0}
).encode()  # fmt: skip


def _registry(data: bytes) -> None:
    """Whatever a registry says, only bytes that fit their checksum come out, from its folder."""
    folder = _shipped()
    sound = (folder / "registry.json").read_bytes()
    try:
        (folder / "registry.json").write_bytes(data)
        for name in load_registry(folder):
            read_artifact(name, folder)
            read_json(name, folder)
    finally:
        (folder / "registry.json").write_bytes(sound)


def _changed_calibration(data: bytes) -> None:
    """A file beside the registry that was changed is refused, whatever it holds."""
    folder = _shipped()
    (folder / "both.calibration.json").write_bytes(data)
    try:
        read_json("both_calibration", folder)
    finally:
        (folder / "both.calibration.json").write_bytes(_CALIBRATION)
    _same(data, _CALIBRATION)


def _names(data: bytes) -> None:
    """Folders and files of any name: an index, or a sentence."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        for name in data.split(b"\x1e")[:8]:
            place_of(_text(name).split("/"))
            _touch(Path(folder), name)
        index = index_folder(folder)
        for text in (*index.notes, *index.faces["source"], *index.unreadable["error"]):
            text.encode()
        to_csv(index.faces)


def _touch(folder: Path, name: bytes) -> None:
    inner = [part[:200] for part in name.split(b"/") if part not in (b"", b".", b"..")][:5]
    path = Path(folder, *(part.replace(b"\0", b"").decode("utf-8", "surrogateescape")
                          for part in inner))  # fmt: skip
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(np.zeros((4, 4, 3), np.uint8)))
    except OSError:  # a name that this system does not take
        return


def _cells(data: bytes) -> None:
    """Names and sentences come back out of every kind of table, and no cell is a formula."""
    name, _, error = data.decode("utf-8", "surrogateescape").partition("\x1e")
    printable(name)
    rows = to_rows(to_contract(PhotoResult(name, error=error)))
    for end, read in _TABLES.items():
        file = scratch() / f"table{end}"
        write_table(file, rows)
        (row,) = read(file)
        if end != ".csv":
            _same([row["path"], row["error"]], [rows[0]["path"], rows[0]["error"]])
        elif str(row["path"]).startswith(FORMULA_SIGNS):
            raise AssertionError(f"A formula: {row['path']!r}"[:100])


_TABLES: dict[str, Callable[[Path], list[dict]]] = {
    ".parquet": lambda file: pd.read_parquet(file).to_dict("records"),
    ".jsonl": lambda file: [json.loads(line) for line in file.read_text().splitlines()],
    ".csv": lambda file: pd.read_csv(file, dtype=str, keep_default_na=False).to_dict("records"),
}
