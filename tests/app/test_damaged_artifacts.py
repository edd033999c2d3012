"""Pages while the registry of the shipped files is gone: a sentence says so, whatever was asked."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from bench.torture.artifacts import reads_as
from core.artifacts import REGISTRY_FILE
from core.config import ARTIFACTS_DIR, ROOT
from tests.app.words import page_text

LINKS = {
    "app.py": {},
    "pages/1_Photo.py": {"threshold": "0.7", "network": "cnn"},
    "pages/4_Training.py": {"view": "models"},
    "pages/5_Generator.py": {"view": "one"},
    "pages/6_Evaluation.py": {"faces": "40"},
    "pages/7_About.py": {},
}


@pytest.fixture
def no_registry():
    """Nothing is loaded, and the registry is not there; afterwards it is again."""

    def missing(whole: bytes) -> bytes:
        raise FileNotFoundError(2, "No such file or directory")

    _forget()
    with reads_as(Path(ARTIFACTS_DIR, REGISTRY_FILE), missing):
        yield
    _forget()


def _forget() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.mark.parametrize("name", LINKS)
def test_a_page_says_that_the_registry_is_missing(no_registry, name):
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    if name != "app.py":
        page.switch_page(name)
    for key, value in LINKS[name].items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    assert "missing or damaged" in page_text(page)
