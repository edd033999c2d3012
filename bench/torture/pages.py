"""Links to every page with parameters that say anything: a page draws, whatever they say."""

import os
import tempfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl

from bench.torture.kinds import Part
from core.config import ROOT

_PATIENCE_S = 170  # less than an input may take

TOKENS = (
    *(b"nan", b"inf", b"-1", b"1e999", b"0", b"9" * 5000, b"\0", b"../..", b"/", b"~nobody"),
    *(b"&", b"=", b"<b>", b"%s", b"{}", b"[]", b"null", b"'", b"\xff", b"\xf0\x9f\x98\x80", b"|"),
    *(b",", b":", b"\xc2\xb2", b"\xd9\xa3", b"1_0", b" ", b"+5", b"0x10", b"view=", b"face="),
)
LINKS = {
    "app.py": ["a=1"],
    "pages/1_Photo.py": ["detector=haar&network=cnn&threshold=0.7"],
    "pages/2_Webcam.py": ["detector=haar&view=file"],
    "pages/3_Dataset.py": [
        "data=.&view=browse&split=train&label=fake&text=a&min_side_px=9&outcome=wrong&order=small",
        "data=set&view=one&face=train/real/camera_0.png&page=2&size=48&p_low=0.2&p_high=0.9",
    ],
    "pages/4_Training.py": ["view=curves&runs=a|b&quantity=loss&along=minutes&smoothing=0.5&log=1"],
    "pages/5_Generator.py": [
        "generator=dcgan&seed=5&count=4&psi=0.7&directions=0.1,0,0,0,0,0&edits=1:2.5&view=faces",
        "view=between&other=8&share=0.25",
        "view=sums&plus=0,1&minus=3&plus_too=6",
        "view=learning&epoch=3",
    ],
    "pages/6_Evaluation.py": ["view=measure&kind=generated&faces=40&seed=7&psi=0.7&threshold=0.5",
                              "view=robustness&data=set&split=test&sources=a|b&most=50"],
    "pages/7_About.py": ["view=x"],
    "pages/8_Quiz.py": ["quiz=7&said=rgrg", "result=00EN-A0SQ&class=00EN-A0SQ,00EN-A0SR"],
}  # fmt: skip

_WEIGHTS = {"pages/5_Generator.py": 0.5, "pages/8_Quiz.py": 0.1}  # those that paint take seconds


def parts() -> list[Part]:
    prepare()
    return [
        Part(page, [link.encode() for link in links], partial(open_page, page), (), TOKENS,
             weight=_WEIGHTS.get(page, 1.0))
        for page, links in LINKS.items()
    ]  # fmt: skip


def prepare() -> None:
    """Get this process ready to open pages, in a folder of its own."""
    from tests.conftest import write_dataset

    free = Path(tempfile.mkdtemp(prefix="faces-torture-"))
    os.environ.update({"FACES_ROOT": str(free), "XDG_CACHE_HOME": str(free / "cache")})
    os.chdir(free)
    write_dataset(free / "set", {"train": 2, "valid": 1, "test": 1}, 64)
    _replace_camera()
    for page in LINKS:  # networks are loaded at first use, before memory is bounded
        open_page(page, b"")


def _replace_camera() -> None:
    """The camera's widget needs a browser; what stands for it keeps nothing of what it is told."""
    import streamlit_webrtc

    from ui.live import webcam

    off = SimpleNamespace(state=SimpleNamespace(playing=False, signalling=False))
    streamlit_webrtc.webrtc_streamer = webcam.webrtc_streamer = lambda **asked: off


def query_of(data: bytes) -> dict[str, str]:
    """A link's parameters, as a server reads them."""
    return dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))


def open_page(page: str, data: bytes) -> None:
    """Open a page by a link; what it shows as an exception is raised."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_PATIENCE_S)
    if page != "app.py":
        app.switch_page(page)
    for name, value in query_of(data).items():
        app.query_params[name] = value
    app.run()
    for shown in app.exception:
        kind = type(shown.proto.type or "Exception", (Exception,), {})
        raise kind(f"{shown.message} {''.join(shown.stack_trace[-2:])}")
