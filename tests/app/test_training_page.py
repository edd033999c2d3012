"""The Training page without a browser: curves, runs started and followed, the networks' inside."""

import html
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config import ROOT
from core.examples import load_examples
from core.generators import load_generator
from core.imaging import Photo
from core.inference.detector import shared_detector
from core.inference.trial import inspector_of
from core.inference.verdict import WORDS, percent
from core.jobs import JobStatus
from core.publishing.generator_card import discriminator_in_words
from core.sole_writer import only_one
from core.training.histories import AUTHORS
from core.training.run_folder import Progress, RunFolder
from core.training.trained_on import note_data
from tests.app.words import Bar, page_text
from ui.shared.names import chart_text, literal
from ui.training.histories import REFRESH_S

TIMEOUT_S = 90
HISTORY = "epoch,loss,accuracy,val_loss,val_accuracy,lr,seconds\n1,0.9,0.5,1,0.5,0.01,3\n"


@pytest.fixture
def runs(tmp_path, monkeypatch) -> Path:
    """The folder of the runs, with one in it."""
    run = tmp_path / "runs" / "mine"
    run.mkdir(parents=True)
    (run / "run.json").write_text(json.dumps({"recipe": {"name": "original", "epochs": 3}}))
    (run / "history.csv").write_text(HISTORY)
    for module in ("ui.training.histories", "ui.training.runs"):
        monkeypatch.setattr(f"{module}.RUNS_DIR", run.parent)
    monkeypatch.setattr("ui.training.runs.JOB", tmp_path / "job")
    return run.parent


@pytest.fixture(scope="module", autouse=True)
def few_faces():
    """The filters are shown a few faces: how many changes nothing that is asked here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.training.networks.FACES", 6)
        yield


def _page(view: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT_S)
    app.switch_page("pages/4_Training.py")
    app.query_params["view"] = view
    return app.run()


def _chart(page: AppTest, number: int = 0) -> dict:
    return json.loads(page.get("plotly_chart")[number].proto.spec)


def _click(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def test_a_runs_name_is_shown_as_text(runs):
    name = "*mine* :smile: <b>$1$"
    (runs / "mine").rename(runs / name)
    page = _page("compare")
    page.multiselect[0].set_value([name]).run()
    assert not page.exception
    assert f"**{literal(name)}**" in page_text(page) and name not in page_text(page)
    assert _chart(page)["data"][-1]["name"] == chart_text(name)


def test_the_authors_run_beside_ours(runs):
    page = _page("compare")
    assert not page.exception
    names = [trace["name"] for trace in _chart(page)["data"]]
    assert AUTHORS in names and "Our classifier (shipped)" in names
    assert "so its figure is too good" in page_text(page)
    assert "best is 0.9777 at epoch 13" in page_text(page)
    assert "mine" in page.multiselect[0].options
    assert page.get("download_button")


def test_smoothing_keeps_the_raw_line_and_the_scale_can_be_logarithmic(runs):
    page = _page("compare")
    before = len(_chart(page)["data"])
    page.slider[0].set_value(0.6).run()
    assert len(_chart(page)["data"]) == 2 * before
    page.toggle[0].set_value(True).run()
    assert not page.exception and _chart(page)["layout"]["yaxis"]["type"] == "log"
    page.multiselect[0].set_value([]).run()
    assert not page.exception and "No run chosen" in page_text(page)


def test_a_generators_quality_over_the_epochs(runs):
    page = _page("compare")
    page.multiselect[0].set_value(["Our DCGAN (shipped)"]).run()
    quantities = next(box for box in page.multiselect if box.label == "Quantities")
    assert quantities.value == ["frechet", "g_loss"] and not page.exception
    assert "Fréchet distance falls" in page_text(page)


def test_several_quantities_at_once_and_never_an_empty_chart(runs):
    page = _page("compare")
    (quantities,) = (box for box in page.multiselect if box.label == "Quantities")
    quantities.set_value(["val_loss", "lr", "val_roc_auc"]).run()
    assert not page.exception and len(page.get("plotly_chart")) == 3
    assert page.query_params["quantity"] == "val_loss|lr|val_roc_auc"
    lines = {trace["name"]: trace["line"] for trace in _chart(page)["data"]}
    same = {trace["name"]: trace["line"] for trace in _chart(page, 2)["data"]}
    assert AUTHORS in lines and AUTHORS not in same
    assert all(lines[name] == line for name, line in same.items())  # the same line in each chart
    assert f"Without this figure: {AUTHORS}" in page_text(page)
    quantities.set_value([]).run()
    assert not page.exception and len(page.get("plotly_chart")) == 2


def test_the_hyperparameters_stand_beside_the_curves(runs):
    page = _page("compare")
    page.multiselect[0].set_value([AUTHORS, "mine"]).run()
    table = page.dataframe[0].value
    assert table.loc["Epochs"].to_dict() == {AUTHORS: "15", "mine": "3"}
    assert table.loc["Optimizer"].to_dict() == {AUTHORS: "sgd", "mine": ""}
    told = next(each for each in page.expander if each.label == "What they mean").markdown
    said = " ".join(each.value for each in told)
    assert "- **Optimizer**" in said and "- **Epochs**: number of epochs" in said
    page.multiselect[0].set_value(["mine"]).run()
    assert page.dataframe[0].value.loc["Name", "mine"] == "original" and not page.exception


def test_a_run_in_progress_is_drawn_anew_in_the_comparison(runs, monkeypatch):
    words = ["train", "classifier", "--out", str(runs / "mine")]
    status = JobStatus(words, True, None, False, [], None)
    monkeypatch.setattr("ui.training.histories.job_status", lambda folder: status)
    every, fragment = [], st.fragment

    def told(function=None, *, run_every=None):
        every.append(run_every)
        return fragment(function, run_every=run_every)

    monkeypatch.setattr("ui.training.histories.st.fragment", told)
    page = _page("compare")
    page.multiselect[0].set_value(["mine"]).run()
    assert not page.exception and every[0] is None and every[-1] == REFRESH_S


@pytest.mark.parametrize("history", ["", "epoch\n", "what,ever\n1,2\n", HISTORY + "2,0.8,0."])
def test_a_damaged_run_takes_nothing_else_away(runs, history):
    (runs / "mine" / "history.csv").write_text(history)
    for view in ("compare", "runs"):
        page = _page(view)
        assert not page.exception
    assert AUTHORS in _page("compare").multiselect[0].options


def test_a_run_that_is_deleted_while_followed(runs):
    page = _page("runs")
    assert "mine" in page.selectbox[-1].options
    (runs / "mine" / "history.csv").unlink()
    page = page.run()
    assert not page.exception and any("not finished" in info.value for info in page.info)
    (runs / "mine" / "run.json").unlink()
    page = page.run()
    assert not page.exception and "No run yet" in page_text(page)


def test_an_earlier_run_tells_how_long_it_will_take(runs):
    (runs / "mine" / "history.csv").write_text(HISTORY.replace("0.01,3", "0.01,90"))
    page = _page("runs")
    assert "mine took 1.5 minutes an epoch" in page_text(page)
    assert "3 epochs would take about 4 minutes" in page_text(page)
    recipe = next(box for box in page.selectbox if box.label == "Recipe")
    recipe.set_value("ours").run()
    assert not page.exception and "minutes an epoch" not in page_text(page)


def test_one_is_not_said_to_be_several(runs):
    (runs / "mine" / "history.csv").write_text(HISTORY.replace("0.01,3", "0.01,60"))
    page = _page("runs")
    assert "epoch finished" in page_text(page) and "epochs finished" not in page_text(page)
    next(box for box in page.number_input if box.label == "Epochs").set_value(1).run()
    assert "1 epoch would take about 1 minute, on" in page_text(page)


def test_the_form_starts_a_process_with_these_words(runs, tmp_path, monkeypatch):
    started = []
    start = "core.training.launch.start_job"
    monkeypatch.setattr(start, lambda folder, words: started.append(words) or "one")
    page = _page("runs")
    page.text_input[1].set_value(str(tmp_path)).run()
    page = _click(page, "Start")
    assert not page.exception
    out = str(runs / "run-1")
    assert started == [
        ["train", "classifier", "--data", str(tmp_path), "--out", out]
        + ["--recipe", "original", "--epochs", "3"]
    ]


def _start(page: AppTest):
    return next(button for button in page.button if button.label == "Start")


def test_the_form_takes_what_was_opened_since_and_says_why_it_cannot_start(
    runs, tmp_path, monkeypatch
):
    monkeypatch.setattr("ui.training.start.DEMO_DIR", tmp_path / "no demo")
    page = _page("runs")
    assert page.text_input[1].value == "" and _start(page).disabled
    assert "Start can be pressed once a data set is named above" in page_text(page)
    page.session_state["ds_folder"] = "/faces"  # opened on the Dataset page meanwhile
    page = page.run()
    assert page.text_input[1].value == "/faces" and not _start(page).disabled
    assert "can be pressed" not in page_text(page)
    page.text_input[1].set_value("/mine").run()
    page.session_state["ds_folder"] = "/others"
    page = page.run()
    assert not page.exception and page.text_input[1].value == "/mine"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("../x", ".", "letters, digits"),
        ("", ".", "letters, digits"),
        ("mine", ".", "already"),
        ("new", "/nowhere", "no folder"),
        ("new", "a\0b", "no path"),
    ],
)
def test_what_cannot_be_started(runs, name, data, words):
    page = _page("runs")
    page.text_input[0].set_value(name).run()
    page.text_input[1].set_value(data).run()
    page = _click(page, "Start")
    assert not page.exception and any(words in error.value for error in page.error)


def test_a_run_is_compared_and_deleted_and_how_to_use_it_is_told(runs, monkeypatch):
    monkeypatch.setattr("ui.training.finished.RUNS_DIR", runs)
    page = _page("runs")
    assert any("core publish" in code.value for code in page.code)
    page = _click(page, "Compare it")
    assert not page.exception and page.query_params["view"] == "compare"
    usual = _page("compare").multiselect[0].value
    assert page.multiselect[0].value == [*(name for name in usual if name != "mine"), "mine"]
    assert len(usual) > 1  # beside others, as its help promises
    run = RunFolder(runs / "mine")
    with only_one(run.folder, "", 0):
        page = _click(_page("runs"), "Delete it")
        assert "mine is in training" in page.error[0].value and run.begun
    run.save_progress(Progress(4, 10, "training", 62.4))  # its last word before it was stopped
    page = _click(page, "Delete it")
    assert not page.exception and not page.error and not (runs / "mine").exists()
    assert "No run yet" in page_text(page)


@pytest.mark.slow
def test_photos_are_judged_by_a_run_that_is_not_shipped(runs, monkeypatch):
    from core.training.shipped import trained_classifier

    page = _page("runs")
    page.session_state.tr_trial = True
    page.run()
    assert not page.exception and "has no finished epoch yet" in page.error[0].value
    weights = trained_classifier().get_weights()
    RunFolder(runs / "mine").save_best(weights)
    page.run()
    assert not page.exception and not page.error
    assert any("core evaluate --run" in code.value for code in page.code)
    assert "What epoch 1, the best of this run on valid so far, says" in page_text(page)
    expected = [
        inspector_of(weights, shared_detector("blazeface")[0]).judge_file("", example.data)
        for example in load_examples()
    ]
    faces = [face for result in expected for face in result.faces]
    assert len(faces) > 3 and page_text(page).count('class="rf-face"') == len(faces)
    assert all(f": P(fake) {html.escape(percent(f.p_fake))}" in page_text(page) for f in faces)
    assert len({percent(face.p_fake) for face in faces}) > 1
    told = page_text(page)
    assert all(f"{one.title} really is: {one.origin}" in told for one in load_examples())
    RunFolder(runs / "mine").save_best([array[:0] for array in weights])
    page.run()
    assert not page.exception and "are no classifier's" in page.error[0].value


def test_where_strangers_reach_the_app_no_run_can_be_deleted(runs, monkeypatch):
    monkeypatch.setattr("ui.training.finished.RUNS_DIR", runs)
    monkeypatch.setattr("core.open_folder.RUNS_DIR", runs)
    monkeypatch.setenv("FACES_ROOT", str(runs))
    page = _page("runs")
    assert not page.exception and any(button.label == "Compare it" for button in page.button)
    assert not any(button.label == "Delete it" for button in page.button)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (JobStatus(["--out", "runs/mine"], False, 0, False, ["Done."], 1.0), "Finished mine"),
        (JobStatus(["--out", "runs/mine"], False, 1, False, ["Error: none"], None), "Error: none"),
        (JobStatus(["--out", "runs/mine"], False, None, True, [], None), "Stopped mine"),
        (JobStatus(["--out"], False, None, False, [], None), "ended early"),
    ],
)
def test_how_the_last_run_ended_is_told(runs, monkeypatch, status, words):
    status.words[1:] = [str(runs / "mine")] * len(status.words[1:])
    monkeypatch.setattr("ui.training.runs.job_status", lambda folder: status)
    page = _page("runs")
    assert not page.exception and "is being trained" not in page_text(page)
    assert not any(words in text for text in _told(page))  # a window that did not see it run
    monkeypatch.setattr(
        "ui.training.runs.job_status", lambda folder: replace(status, running=True, stopped=False)
    )
    page = _page("runs")
    monkeypatch.setattr("ui.training.runs.job_status", lambda folder: status)
    page = page.run()
    assert not page.exception and any(words in text for text in _told(page))


@pytest.mark.parametrize(("code", "stopped"), [(0, False), (None, True), (1, False)])
def test_how_a_run_ended_is_not_told_once_it_is_deleted(runs, monkeypatch, code, stopped):
    monkeypatch.setattr("ui.training.finished.RUNS_DIR", runs)
    words = ["train", "classifier", "--out", str(runs / "mine")]
    status = JobStatus(words, True, None, False, [], None, "one")
    monkeypatch.setattr("ui.training.runs.job_status", lambda folder: status)
    page = _page("runs")
    ended = replace(status, running=False, exit_code=code, stopped=stopped)
    monkeypatch.setattr("ui.training.runs.job_status", lambda folder: ended)
    page = page.run()
    assert any("mine" in text for text in _told(page))
    page = _click(page, "Delete it")
    assert not (runs / "mine").exists() and not any("mine" in text for text in _told(page))


def _told(page: AppTest) -> list[str]:
    return [e.value for kind in (page.success, page.error, page.info) for e in kind]


def test_another_run_waits_in_line_and_is_taken_back_by_its_owner_only(runs, tmp_path, monkeypatch):
    status = JobStatus(["--out", str(runs / "mine")], True, None, False, [], None, "one")
    for module in ("ui.training.runs", "ui.training.line"):
        monkeypatch.setattr(f"{module}.job_status", lambda folder: status)
    monkeypatch.setattr("core.training.waiting.is_running", lambda folder: True)
    page = _page("runs")
    page.text_input[1].set_value(str(tmp_path)).run()
    page.text_input[2].set_value("*Ann*").run()
    page = _click(page, "Wait in line")
    assert not page.exception and not page.error
    assert "**run-1**: classifier, recipe original, 3 epochs. By you" in page_text(page)
    assert "you (" + literal("*Ann*") in page_text(page)
    monkeypatch.setattr("ui.training.line.visitor", lambda: "somebody else")
    other = _page("runs")
    assert f"By {literal('*Ann*')}, at" in page_text(other)
    assert not any(button.label == "Take it back" for button in other.button)
    monkeypatch.undo()
    page = _click(page, "Take it back")
    assert not page.exception and "In line" not in page_text(page)


def test_the_form_proposes_no_name_that_is_trained_or_waits(runs, tmp_path, monkeypatch):
    status = JobStatus(["--out", str(runs / "run-1")], True, None, False, [], None, "one")
    for module in ("ui.training.runs", "ui.training.line", "core.training.waiting"):
        monkeypatch.setattr(f"{module}.job_status", lambda folder: status)
    monkeypatch.setattr("core.training.waiting.is_running", lambda folder: True)
    page = _page("runs")  # run-1 reads its data still: it has no folder
    assert page.text_input[0].value == "run-2"
    page.text_input[1].set_value(str(tmp_path)).run()
    page = _click(page, "Wait in line")
    assert not page.error and page.text_input[0].value == "run-3"
    page.text_input[0].set_value("run-1").run()
    page = _click(page, "Wait in line")
    assert any("run-1 is being trained now" in error.value for error in page.error)
    _click(page, "Take it back")


def test_a_run_in_progress_is_followed(runs, monkeypatch):
    words = ["train", "classifier", "--out", str(runs / "mine")]
    RunFolder(runs / "mine").save_progress(Progress(4, 10, "training", 62.4))
    status = JobStatus(words, True, None, False, ["Reading"], None)
    monkeypatch.setattr("ui.training.runs.job_status", lambda folder: status)
    page = _page("runs")
    assert not page.exception
    bar = page.get("progress")[0].proto
    assert (bar.value, bar.text) == (40, "Training: 40% done, 01:02 left")
    assert "is being trained" in page_text(page) and "epoch finished" in page_text(page)
    assert len(page.get("plotly_chart")) == 3
    assert any(button.label == "Stop" for button in page.button)
    assert any(button.label == "Wait in line" for button in page.button)
    assert not any(button.label == "Start" for button in page.button)


def test_the_bar_of_a_run_that_goes_on_does_not_show_what_an_earlier_training_told(
    runs, monkeypatch
):
    run = RunFolder(runs / "mine")
    run.save_progress(Progress(10, 10, "training", 0.0))
    began_s = run.progress_file.stat().st_mtime
    words = ["train", "classifier", "--out", str(run.folder), "--resume"]
    status = JobStatus(words, True, None, False, [], None, "one", began_s + 1)
    monkeypatch.setattr("ui.training.runs.job_status", lambda folder: status)
    bar = _page("runs").get("progress")[0].proto
    assert (bar.value, bar.text) == (0, "Reading the data ...")
    run.save_progress(Progress(10, 20, "training", None))
    os.utime(run.progress_file, (began_s + 2, began_s + 2))
    bar = _page("runs").get("progress")[0].proto
    assert (bar.value, bar.text) == (50, "Training: 50% done")


def _go_on(page: AppTest):
    return next(button for button in page.button if button.label == "Go on with it")


def test_a_run_that_had_all_its_epochs_tells_why_it_cannot_go_on(runs):
    page = _page("runs")
    assert not _go_on(page).disabled and "nothing is left" not in page_text(page)
    rows = [HISTORY.splitlines()[1].replace("1,", f"{epoch},", 1) for epoch in (2, 3)]
    (runs / "mine" / "history.csv").write_text("\n".join([HISTORY.rstrip(), *rows]) + "\n")
    page = _page("runs")
    assert not page.exception and _go_on(page).disabled
    assert "All 3 epochs that it was to have are done: nothing is left" in page_text(page)


def test_with_a_constant_rate_a_run_goes_on_for_as_long_as_one_likes(runs, monkeypatch):
    settings = json.dumps({"recipe": {"name": "original", "epochs": 1, "cosine": False}})
    (runs / "mine" / "run.json").write_text(settings)
    asked = []
    monkeypatch.setattr("ui.training.runs.ask_for", lambda job, run: asked.append(run))
    page = _page("runs")
    note_data(runs / "mine", runs)
    page = page.run()
    next(each for each in page.number_input if each.label == "Up to epoch").set_value(7).run()
    _go_on(page).click().run()
    assert not page.exception and not page.error and asked[0].epochs == 7


def test_of_a_run_of_one_epoch_the_one_is_done(runs):
    settings = json.dumps({"recipe": {"name": "original", "epochs": 1}})
    (runs / "mine" / "run.json").write_text(settings)
    page = _page("runs")
    assert not page.exception and _go_on(page).disabled
    assert "The one epoch that it was to have is done" in page_text(page)


def _own_data(page: AppTest):
    return next(field for field in page.text_input if field.label == "Data set of this run")


def test_a_run_goes_on_with_its_own_data_set_whatever_the_form_names(runs, tmp_path, monkeypatch):
    asked, own = [], tmp_path / "own faces"
    monkeypatch.setattr("ui.training.runs.ask_for", lambda job, run: asked.append(run))
    own.mkdir()
    note_data(runs / "mine", own)
    page = _page("runs")
    page.text_input[1].set_value(str(runs)).run()
    assert not any(field.label == "Data set of this run" for field in page.text_input)
    assert any(f"--data '{own}'" in code.value for code in page.code)
    _go_on(page).click().run()
    (again,) = asked
    assert not page.error and again.resume and again.out == runs / "mine" and again.epochs == 3
    assert again.data.path == own


def test_where_a_runs_data_set_is_gone_it_is_named_and_another_can_be(runs, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("ui.training.runs.ask_for", lambda job, run: asked.append(run))
    note_data(runs / "mine", tmp_path / "gone")
    page = _page("runs")
    page.text_input[1].set_value(str(tmp_path)).run()  # of the form: not this run's
    assert f"The folder {literal(str(tmp_path / 'gone'))}, which this run" in page_text(page)
    _go_on(page).click().run()
    assert not page.exception and "Name the data set it was trained on" in page.error[0].value
    assert not asked
    _own_data(page).set_value(str(runs)).run()
    assert any(f"--data {runs}" in code.value for code in page.code)
    _go_on(page).click().run()
    assert not page.error and asked[0].data.path == runs


def test_a_folder_named_for_a_run_is_looked_for(runs):
    page = _page("runs")
    assert "does not tell which folder it was trained on" in page_text(page)
    _own_data(page).set_value("/nowhere").run()
    _go_on(page).click().run()
    assert not page.exception and any("no folder" in error.value for error in page.error)


def test_where_strangers_reach_the_app_a_runs_closed_folder_is_not_named(runs, monkeypatch):
    note_data(runs / "mine", runs.parent / "secret")
    monkeypatch.setattr("core.open_folder.RUNS_DIR", runs)
    monkeypatch.setenv("FACES_ROOT", str(runs))
    page = _page("runs")
    assert not page.exception and "secret" not in page_text(page)
    assert "only opens the folders" in page_text(page) and _own_data(page).value == ""


def test_beside_the_first_run_in_training_there_is_no_other_run_yet(runs, monkeypatch):
    shutil.rmtree(runs / "mine")
    assert "No run yet" in page_text(_page("runs"))
    status = JobStatus(["--out", str(runs / "run-1")], True, None, False, [], None)
    monkeypatch.setattr("ui.training.runs.job_status", lambda folder: status)
    page = _page("runs")  # it reads its data still: it has no folder
    text = page_text(page)
    assert not page.exception and "No other run yet" in text and "No run yet" not in text


def test_while_filters_are_looked_at_the_time_left_can_be_told(monkeypatch):
    bar = Bar()
    monkeypatch.setattr("ui.training.networks.slow_bar", bar)
    assert not _page("models").exception
    ((words, total),) = {(words, total) for words, _, total in bar.told}
    done = [done for _, done, _ in bar.told]
    assert len(done) > 1 and done == sorted(set(done)) and done[-1] == total
    assert words.format(done=8, total=48).endswith("face 8 of 48")


def test_the_networks_and_what_is_inside():
    page = _page("models")
    assert not page.exception
    text = page_text(page)
    assert "1,666,882 parameters" in text and "favourite" not in text
    assert "correlation once moved back" in text
    table = page.dataframe[0].value
    assert table["parameters"].sum() == 1_666_882
    layer = next(c for c in page.segmented_control if c.label == "Layer")
    layer.set_value("weights").run()
    assert not page.exception and "filter 63" in page_text(page)
    network = next(c for c in page.segmented_control if c.label == "Network")
    network.set_value("Generator").run()
    assert not page.exception and "1,520,643 parameters" in page_text(page)


def test_a_face_that_is_moved_is_called_machine_made_and_its_curve_the_cnns_alone(inspector):
    page = _page("models")
    charts = [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]
    titles = [chart["layout"].get("yaxis", {}).get("title", {}).get("text", "") for chart in charts]
    (curve,) = charts[titles.index("P(fake), the CNN alone")]["data"]
    generator = load_generator("dcgan")
    (pixels,) = generator.paint(generator.codes([page.number_input(key="tr_seed").value]))
    (result,) = inspector.judge(Photo(pixels), aligned=True)
    unmoved = curve["y"][curve["x"].index(0)]
    assert unmoved == pytest.approx(result.opinions["cnn"], abs=1e-3)
    below = sum(y < inspector.panel.part_calibrations["cnn"].threshold for y in curve["y"])
    where = "every shift" if below == len(curve["x"]) else f"{below} of {len(curve['x'])} shifts"
    text = page_text(page)
    assert "The face is machine-made" in text and (
        f"at {where} the CNN by itself puts it below" in text
    ) == (below > 0)
    assert f"of the face where it was it says '{WORDS[result.verdict.state]}'" in text


@pytest.mark.parametrize(
    ("restarts", "told"),
    [
        ([], "was trained up to epoch 9 against four small heads on frozen maps"),
        (
            [
                {"epoch": 2, "changed": {}},
                {"epoch": 5, "changed": {"discriminator": ["cnn", "projected"]}},
            ],
            "up to epoch 5 against the one drawn, up to epoch 9 against four small heads on frozen",
        ),
    ],
)
def test_the_discriminator_drawn_and_that_of_the_shipped_run_are_told_apart(
    monkeypatch, restarts, told
):
    metrics = {
        "recipe": {"discriminator": "projected"},
        "shipped": {"epoch": 9},
        "restarts": restarts,
    }
    monkeypatch.setattr("ui.training.networks.read_json", lambda name: metrics)
    page = _page("models")
    network = next(c for c in page.segmented_control if c.label == "Network")
    network.set_value("Discriminator").run()
    assert f"Drawn below: {discriminator_in_words('cnn')}." in page_text(page)
    assert told in page_text(page) and "1,666,753 parameters" in page_text(page)
