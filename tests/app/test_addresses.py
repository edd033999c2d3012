"""Every page's state stands in its address, no other page's does, and Back is followed."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from core.training.histories import AUTHORS
from tests.app.words import page_text

TIMEOUT_S = 120


def _page(name: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    app.switch_page(f"pages/{name}.py")
    return _go(app, **query)


def _go(page: AppTest, **query: str) -> AppTest:
    page.query_params.clear()
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def _said(page: AppTest) -> dict[str, str]:
    return dict(page.query_params)


@pytest.mark.parametrize("name", ["7_About"])
def test_a_page_without_a_state_sheds_what_another_page_left(name):
    assert _said(_page(name, data="/photos", view="one")) == {}


def test_a_measurement_opens_from_its_link_and_gives_the_same_link_back():
    link = {"view": "measure", "faces": "40", "seed": "77", "psi": "0.7"}
    page = _page("6_Evaluation", **link)
    numbers = {widget.key: widget.value for widget in page.number_input}
    assert numbers["ev_count"] == 40 and numbers["ev_seed"] == 77 and page.slider[0].value == 0.7
    assert _said(page) == link
    assert any("press Measure" in info.value for info in page.info)
    page.slider[0].set_value(0.5).run()
    assert _said(page) == {**link, "psi": "0.5"}


def test_only_what_is_not_as_usual_stands_in_the_address():
    page = _page("6_Evaluation")
    assert _said(page) == {"view": "measure"}
    assert not any("press Measure" in info.value for info in page.info)


def test_wrong_values_are_named_and_left_out():
    page = _page("6_Evaluation", view="nonsense", faces="1e9", psi="nan", generator="<b>x</b>")
    words = page_text(page)
    assert all(f"The link's {name} is wrong" in words for name in ("view", "faces", "psi"))
    assert _said(page) == {"view": "measure"} and "<b>x</b>" not in words


@pytest.fixture
def pressed_back(monkeypatch):
    """Makes Streamlit say that the browser's Back led to the run."""

    def press() -> None:
        run = SimpleNamespace(is_history_navigation=True)
        monkeypatch.setattr("ui.shared.address.get_script_run_ctx", lambda: run)

    return press


def test_back_takes_over_what_the_address_says_and_a_late_address_does_not(pressed_back):
    page = _page("6_Evaluation", view="measure", seed="77")
    page.number_input(key="ev_seed").set_value(78).run()
    _go(page, view="measure", seed="77")  # the browser had not heard of the change yet
    assert page.number_input(key="ev_seed").value == 78 and _said(page)["seed"] == "78"
    pressed_back()
    _go(page, view="robustness")
    assert page.session_state["ev_view"] == "robustness" and _said(page) == {"view": "robustness"}
    _go(page, view="measure")
    assert page.number_input(key="ev_seed").value == 1_000_000  # the address names none


def test_the_curves_that_are_compared_stand_in_the_address():
    link = {"view": "compare", "runs": AUTHORS, "quantity": "loss", "along": "minutes", "log": "1"}
    page = _page("4_Training", **link)
    assert page.multiselect[0].value == [AUTHORS] and page.toggle[0].value
    assert _said(page) == link
    page.multiselect[0].set_value([]).run()
    assert _said(page)["runs"] == ""
    again = _page("4_Training", view="compare", runs="")
    assert again.multiselect[0].value == [] and "No run chosen" in page_text(again)
    assert not again.warning
    half = _page("4_Training", view="compare", runs=f"elsewhere|{AUTHORS}")
    assert half.multiselect[0].value == [AUTHORS] and "elsewhere" in half.warning[0].value


def test_a_photos_threshold_stands_in_the_address_and_moves_its_verdicts(examples):
    page = _page("1_Photo", threshold="0.05")
    page.file_uploader[0].upload("a.jpg", examples["Astronaut"], "image/jpeg").run()
    (photo,) = page.session_state["judged_photos"]
    assert _said(page) == {"threshold": "0.05"}
    assert "as you set it" in page_text(page)
    face = photo.result.faces[0]
    assert (face.verdict.state == "fake") == (face.p_fake >= 0.05) or face.verdict.reason
    assert "generated from P(fake) 5% on, as you set it" in page_text(page)
    slider = next(s for s in page.slider if s.key == "photo_threshold_both")
    assert slider.value == 0.05


@pytest.mark.parametrize("threshold", ["0", "1", "nan", "much"])
def test_a_wrong_threshold_is_as_shipped(threshold):
    page = _page("1_Photo", threshold=threshold)
    assert _said(page) == {} and page.session_state["photo_settings"].threshold is None
