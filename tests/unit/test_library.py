"""The five names of the library: each loads lazily, and its Example does what it says."""

import doctest
import inspect

import pytest

import core
from core.config import ROOT
from tests.conftest import write_dataset

NAMES = ("load_inspector", "judge", "decode_image", "load_generator", "evaluate")


def test_the_library_offers_its_version_and_five_names():
    assert set(core.__all__) == {"__version__", *NAMES}
    with pytest.raises(AttributeError, match="no attribute 'judgement'"):
        _ = core.judgement


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_its_example_does_what_it_says(name, tmp_path, monkeypatch, blazeface):
    monkeypatch.chdir(ROOT)
    function = getattr(core, name)
    known = dict(vars(inspect.getmodule(function)))
    known["DATA"] = write_dataset(tmp_path / "set", {"test": 3})
    (example,) = doctest.DocTestFinder(recurse=False).find(function, name, globs=known)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0
