"""The command line keeps its contract: keys, exit codes, sentences instead of tracebacks."""

import json
import os
import re
import sys

import pandas as pd
import pytest
from PIL import Image

from core.cli.common import OK, SOME_FAILED, WRONG_USAGE
from core.cli.main import main
from core.config import ARTIFACTS_DIR, ROOT
from core.inference import photo
from core.inference.files import files_of
from core.scoring.rows import to_rows
from core.training.run_folder import RunFolder
from tests.conftest import write_dataset


@pytest.fixture
def photos(tmp_path, examples):
    (tmp_path / "portrait.jpg").write_bytes(examples["Portrait A"])
    (tmp_path / "group \U0001f600.jpg").write_bytes(examples["Group of four"])
    return tmp_path


def test_classify_json(photos, capsys):
    paths = [str(photos / "portrait.jpg"), str(photos / "group \U0001f600.jpg")]
    assert main(["classify", *paths, "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["path"] for entry in entries] == paths
    assert [len(entry["faces"]) for entry in entries] == [1, 4]
    for face in entries[0]["faces"] + entries[1]["faces"]:
        assert 0 <= face["p_fake"] <= 1 and face["verdict"] in ("real", "fake", "unsure")


def test_classify_aligned_takes_the_whole_picture(photos, capsys):
    assert main(["classify", "--aligned", "--json", str(photos / "portrait.jpg")]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["faces"][0]["box"] == [0, 0, 512, 512]


def test_classify_goes_on_after_an_error(photos, capsys):
    (photos / "broken.jpg").write_bytes(b"no")
    paths = ["broken.jpg", "nowhere.jpg", "portrait.jpg"]
    assert main(["classify", "--json", *(str(photos / path) for path in paths)]) == 1
    entries = json.loads(capsys.readouterr().out)
    assert [bool(entry["error"]) for entry in entries] == [True, True, False]
    assert len(entries[2]["faces"]) == 1


def test_what_cannot_be_read_is_told_before_the_networks_are_loaded(photos, capsys, monkeypatch):
    def load(**chosen):
        printed.append(capsys.readouterr().out)
        return whole(**chosen)

    whole, printed = photo.load_inspector, []
    monkeypatch.setattr(photo, "load_inspector", load)
    (photos / "bad.png").write_bytes(b"no")
    bad, good = str(photos / "bad.png"), str(photos / "portrait.jpg")
    assert main(["classify", bad]) == SOME_FAILED
    assert not printed and f"{bad!r}: error: " in capsys.readouterr().out
    assert main(["classify", bad, good, good + "/.", str(photos / "group \U0001f600.jpg")]) == 1
    assert len(printed) == 1 and "bad.png" in printed[0] and "portrait" not in printed[0]


def test_classify_folder_and_text(photos, capsys):
    assert main(["classify", str(photos)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5 and all("P(fake) " in line for line in lines)


def test_classify_names_what_it_leaves_out_of_a_folder(photos, capsys):
    (photos / "notes.txt").touch()
    (photos / "._portrait.jpg").touch()
    (photos / "Thumbs.db").touch()
    assert main(["classify", "--json", str(photos)]) == 0
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)) == 2
    assert "1 (notes.txt)" in printed.err and "Thumbs" not in printed.err


def test_classify_a_folder_with_odd_names(tmp_path, examples, capsys):
    for name in (b"\xff.jpg", b"a\nb.JPEG", b"=1+1.jpg"):
        with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:
            file.write(examples["Portrait A"])
    assert main(["classify", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["classify", "--json", str(tmp_path)]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3


def test_classify_never_opens_a_pipe(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert main(["classify", str(tmp_path)]) == 1
    assert "no regular file" in capsys.readouterr().out


def test_classify_prints_the_notes(tmp_path, capsys):
    frames = [Image.new("RGB", (90, 90), color) for color in ("gray", "white")]
    frames[0].save(tmp_path / "anim.gif", save_all=True, append_images=frames[1:])
    assert main(["classify", "--json", str(tmp_path / "anim.gif")]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert len(entry["notes"]) == 2 and "animation" in entry["notes"][1]
    assert main(["classify", str(tmp_path / "anim.gif")]) == 0
    text = capsys.readouterr().out
    assert "Unsure" in text and all(note in text for note in entry["notes"])


def test_classify_empty_folder(tmp_path, capsys):
    assert main(["classify", str(tmp_path)]) == 1
    assert "no picture in this folder or below it" in capsys.readouterr().out


@pytest.mark.parametrize("end", ["parquet", "csv", "jsonl"])
def test_classify_into_a_table_says_what_the_json_says(photos, capsys, end):
    (photos / "broken.jpg").write_bytes(b"no")
    words = ["classify", str(photos), "--network", "cnn"]
    assert main([*words, "--json"]) == 1
    entries = json.loads(capsys.readouterr().out)
    out = photos / f"results.{end}"
    assert main([*words, "--out", str(out), "--workers", "1"]) == 1
    assert "3 files, 5 faces in them, 1 with an error" in capsys.readouterr().out
    table = READERS[end](out)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    expected = [row for entry in sorted(entries, key=_path) for row in to_rows(entry)]
    for row, wanted in zip(rows, expected, strict=True):
        for column in ("p_fake", "opinions_cnn"):
            assert row.pop(column) == pytest.approx(wanted.pop(column), abs=1e-4)
        assert row == wanted
    assert main([*words, "--out", str(out), "--resume"]) == 0
    assert "finished already" in capsys.readouterr().out


READERS = {
    "parquet": pd.read_parquet,
    "csv": pd.read_csv,
    "jsonl": lambda path: pd.read_json(path, lines=True),
}


def _path(entry: dict) -> str:
    return entry["path"]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--out", "r.txt"], 2, "must end in .parquet, .csv, .jsonl"),
        (["--resume"], 2, "belong to --out"),
        (["--workers", "2"], 2, "belong to --out"),
        (["--engine", "ray"], 2, "belong to --out"),
        (["--out", "r.csv", "--address", "auto"], 2, "belongs to --engine ray"),
        (["--out", "r.csv", "--engine", "spark"], 2, "invalid choice"),
        (["--out", "r.csv", "--workers", "0"], 2, "1 or more"),
        (["--out", "nowhere/r.csv"], 1, "There is no folder nowhere"),
    ],
)
def test_classify_into_a_table_says_what_is_wrong(words, code, sentence, capsys):
    try:
        ended = main(["classify", "photo.jpg", *words])
    except SystemExit as ending:
        ended = ending.code
    printed = capsys.readouterr().err
    assert ended == code and sentence in printed and "Traceback" not in printed


def test_evaluate_json(tmp_path, capsys):
    root = write_dataset(tmp_path / "set", {"test": 5})
    (root / "test" / "real" / "camera_0.png").write_bytes(b"broken")
    assert main(["evaluate", "--data", str(root), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    wanted = {"n", "n_real", "n_fake", "accuracy", "roc_auc", "average_precision", "ece", "brier"}
    wanted |= {"tpr_at_1pct_fpr", "recall_real", "recall_fake", "accuracy_ci95", "by_source"}
    assert wanted <= set(figures)
    assert (figures["n"], figures["n_real"], figures["skipped"]) == (9, 4, 1)
    assert set(figures["by_source"]) == {"camera", "machine"}
    assert set(figures["by_pair"]) == {"camera / machine"}


def test_evaluate_robustness_prints_a_row_a_level_of_the_damages_asked_for(tmp_path, capsys):
    root = write_dataset(tmp_path / "set", {"test": 2}, 64)
    asked = ["evaluate", "--data", str(root), "--robustness", "--damages", "bgr,webcam"]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["damage"] for row in found["rows"]] == ["none", "bgr", *["webcam"] * 3]
    assert found["n"] == 4
    assert main([*asked[:-1], "bgr"]) == 0  # the same rows as text; filming takes seconds
    assert "camera / machine" in capsys.readouterr().out


def test_generalization_lists_each_generator_apart(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("core.evaluation.generalization.PAINTED", 2)
    monkeypatch.setattr("core.cli.generalization.PAINTERS", (("dcgan", 0.7),))
    root = write_dataset(tmp_path / "set", {"test": 2}, 64)
    assert main(["generalization", "--data", str(root), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["generator"], row["real"]) for row in rows] == [
        ("machine", "camera"),
        ("DCGAN, psi 0.7", "camera"),
    ]
    assert not any(row["left_out"] for row in rows)
    assert [row["trained_on"] for row in rows] == [False, True]  # of the DCGAN its earlier epochs


def test_evaluate_a_folder_of_two_classes(tmp_path, capsys):
    root = write_dataset(tmp_path / "set", {"test": 2}) / "test"
    assert main(["evaluate", "--data", str(root)]) == 0
    printed = capsys.readouterr().out
    assert all(f"  {words} " in printed for words in ("no trace", "generated", "unsure"))
    assert "accuracy" in printed and "{" not in printed  # the ROC curve is for --json alone


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["evaluate", "--data", "nowhere"], "no folder"),
        (["train", "classifier", "--data", "nowhere", "--out", "run"], "no folder"),
        (["publish", "nowhere", "--data", "nowhere"], "no training run"),
        (["publish", str(ARTIFACTS_DIR), "--data", "nowhere"], "no folder"),  # published anew
    ],
)
def test_bad_input_is_a_sentence(words, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 1
    printed = capsys.readouterr().err
    assert sentence in printed and "Traceback" not in printed


@pytest.mark.parametrize(
    ("words", "heavy", "sentence"),
    [
        ("classify nowhere.jpg", "core.inference.files", "'nowhere.jpg': error: There is no such"),
        ("classify nowhere.jpg --json", "core.inference.files", "There is no such file"),
        ("video nowhere.mp4 --out o.mp4", "core.inference.live.files", "no file or folder nowhere"),
        ("video there.csv --out nowhere/o.mp4", "core.inference.live.files", "no folder nowhere"),
        (f"video {'n' * 300} --out o.mp4", "core.inference.live.files", "n" * 300),
        ("evaluate --data nowhere", "core.dataset.index", "no folder nowhere"),
        ("evaluate --data . --run nowhere", "core.dataset.index", "no file or folder nowhere"),
        ("generalization --data nowhere", "core.evaluation.generalization", "no folder nowhere"),
        ("dataset info nowhere", "core.dataset.duplicates", "no folder nowhere"),
        ("dataset frame nowhere --out o", "core.dataset.framing", "no folder nowhere"),
        (
            "train classifier --data nowhere --out o",
            "core.training.classifier.session",
            "no folder nowhere",
        ),
        (
            "train classifier --data . --out o --start nowhere",
            "core.training.classifier.session",
            "no file or folder nowhere",
        ),
        (
            "train classifier --data . --out o --resume",
            "core.training.classifier.session",
            "o holds no run to continue",
        ),
        ("train second --data . --out o --resume", "core.training.second.session", "no run to co"),
        (
            "train dcgan --data . --out o --resume",
            "core.training.gan.session",
            "no run to continue",
        ),
        (
            "train dcgan --data nowhere --out o --resume",
            "core.training.gan.session",
            "no folder nowhere",
        ),
        ("train dcgan --data . --out begun", "core.training.gan.session", "already holds a run"),
        ("classify . --out nowhere/r.csv", "core.inference.files", "no folder nowhere"),
        ("classify . --out folder.csv", "core.inference.files", "folder.csv cannot be written: it"),
        ("classify . --out there.csv", "core.inference.files", "there.csv exists already"),
        ("classify . --out part.csv", "core.inference.files", "Go on with --resume"),
        ("publish nowhere --data .", "core.publishing.classifier", "nowhere holds no training run"),
        (
            "publish . --as live --data . --clips nowhere",
            "core.publishing.live",
            "no file or folder nowhere",
        ),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_heavy_is_loaded(
    words, heavy, sentence, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for folder in ("folder.csv", "begun"):
        (tmp_path / folder).mkdir()
    for file in ("there.csv", "part.csv.part", "begun/run.json"):
        (tmp_path / file).write_text("{}")
    monkeypatch.setitem(sys.modules, heavy, None)  # importing it would end in a traceback
    assert main(words.split()) == 1
    printed = capsys.readouterr()
    assert sentence in printed.out + printed.err
    if "--json" in words:
        (entry,) = json.loads(printed.out)
        assert entry["path"] == "nowhere.jpg" and entry["faces"] == []


def test_a_video_of_another_kind_is_wrong_usage_before_anything_heavy_is_loaded(
    capsys, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "core.inference.live.files", None)
    (tmp_path / "there.mp4").touch()
    assert main(["video", str(tmp_path / "there.mp4"), "--out", str(tmp_path / "o.avi")]) == 2
    assert "must be an .mp4 file" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["classify", ""], ["dataset", "info", ""]])
def test_an_empty_word_is_not_the_folder_one_is_in(capsys, words):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2 and "is empty" in capsys.readouterr().err


def test_a_stopped_training_says_how_it_goes_on(capsys, tmp_path, monkeypatch):
    def stop(*_, **__) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.cli.training.refuse_missing", stop)
    words = ["train", "classifier", "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    assert main(words) == 1
    assert "before an epoch was finished" in capsys.readouterr().err
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "history.csv").write_text("epoch\n1\n")
    assert main(words) == 1
    assert "--resume goes on" in capsys.readouterr().err


def test_a_run_without_a_finished_epoch_is_not_called_damaged(capsys, tmp_path):
    with RunFolder(tmp_path / "run").opened({"recipe": {"name": "ours"}}, resume=False):
        pass
    data = write_dataset(tmp_path / "set", {"valid": 1}, 32)
    assert main(["publish", str(tmp_path / "run"), "--data", str(data)]) == 1
    assert "no finished epoch yet" in capsys.readouterr().err


@pytest.mark.parametrize("resume", [[], ["--resume"]])
def test_a_run_in_training_is_told_before_anything_heavy_is_loaded(
    resume, capsys, tmp_path, monkeypatch
):
    monkeypatch.setattr("core.training.run_folder.ENDING_S", 0.0)
    monkeypatch.setitem(sys.modules, "core.training.classifier.session", None)
    words = ["train", "classifier", "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    with RunFolder(tmp_path / "run").opened({}, resume=False):
        assert main([*words, *resume]) == 1
    assert "Another training runs in" in capsys.readouterr().err


def test_a_split_that_is_not_there(tmp_path, capsys):
    root = write_dataset(tmp_path / "set", {"train": 1}, 32)
    assert main(["evaluate", "--data", str(root), "--split", "valid"]) == 1
    assert "has no split valid" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [[], ["classify"], ["evaluate"], ["train", "cat"], ["train", "classifier", "--epochs", "0"]],
)
def test_wrong_usage_is_exit_code_2(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        (["classify", "x", "--jsn"], ["usage: python -m core classify", "--jsn"]),
        (["train", "dcgan", "--data", "x", "--out", "y", "--no"], ["core train", "--no"]),
        (["generate", "--count", "abc"], ["--count: must be a whole number, 1 or more", "'abc'"]),
        (["generate", "--seed", "abc"], ["--seed: must be a whole number", "'abc'"]),
        (["generate", "--psi", "abc"], ["--psi: must be a number", "'abc'"]),
    ],
)
def test_wrong_usage_is_told_by_the_command_it_was_given_to(words, sentences, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    told = capsys.readouterr().err
    assert caught.value.code == WRONG_USAGE and all(sentence in told for sentence in sentences)


def test_a_file_that_several_paths_lead_to_is_judged_once(photos):
    portrait, group = photos / "portrait.jpg", photos / "group \U0001f600.jpg"
    paths = [portrait, photos, photos / "." / "portrait.jpg", photos / "nowhere.jpg"]
    assert list(files_of(paths)) == [str(portrait), str(group), str(photos / "nowhere.jpg")]


def test_dataset_info_counts_probes_and_compares(tmp_path, capsys):
    root = write_dataset(tmp_path / "set", {"train": 21}, 32)
    (root / "train" / "real" / "bad.png").write_bytes(b"no picture")
    assert main(["dataset", "info", str(root), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["n"] == 42 and len(summary["unreadable"]) == 1
    assert {"split": "train", "label": "fake", "source": "machine", "n": 21} in summary["counts"]
    assert summary["property_roc_auc"]["sharpness"] > 0.9
    assert summary["duplicates"] == summary["leaking_groups"] == []
    assert main(["dataset", "info", str(root)]) == 0
    text = capsys.readouterr().out
    assert "a shortcut" in text and "unreadable: " in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("evaluate --count 5", "--count goes with --generator"),
        ("evaluate --psi 0.5", "--psi goes with --generator"),
        ("evaluate --robustness --generator dcgan", "Choose one of"),
        ("evaluate --keep classifier", "--keep goes with --robustness"),
        ("evaluate --damages jpeg", "--damages goes with --robustness"),
        ("evaluate --robustness --damages jpeg,rust", "no damage 'rust'"),
        ("evaluate --robustness --keep classifier", "goes with --network cnn"),
        ("evaluate --robustness --network cnn --keep both", "goes with --network both"),
        ("evaluate --generator dcgan --keep generator --psi 1", "kept at three"),
        ("publish run --clips films", "--clips goes with --as live"),
        ("publish run --as live --traces run", "--traces goes with --as second"),
        ("publish run --as second --inception file", "--inception goes with --as generator or"),
        ("publish run --only-measure", "--only-measure goes with --as generator"),
        ("train dcgan --out run --strategy mirrored", "--strategy goes with"),
        ("generalization --left-out x", "SOURCE=RUN_DIR"),
    ],
)
def test_an_option_that_would_not_be_looked_at_is_refused(words, sentence, capsys):
    assert main([*words.split(), "--data", "nowhere"]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["dataset", "info", "nowhere"], 1, "no folder"),
        (["dataset", "demo", "--count", "3"], 2, "40 to 400"),
        (["dataset", "download", "--sample", "1"], 2, "10 to 5,000"),
        (["dataset", "download", "--out", "x"], 2, "KAGGLEHUB_CACHE"),
    ],
)
def test_dataset_commands_say_what_is_wrong(words, code, sentence, capsys):
    assert main(words) == code
    assert sentence in capsys.readouterr().err


def _exit_codes() -> list[tuple[int, str]]:
    """(code, the words of an example) of each row of the table in docs/engineers.md."""
    text = (ROOT / "docs" / "engineers.md").read_text()
    rows = re.findall(r"^\| (\d) \|.*\| `(.+)` \|$", text, re.MULTILINE)
    return [(int(code), words) for code, words in rows]


def test_every_exit_code_has_its_row():
    assert [code for code, _ in _exit_codes()] == [OK, SOME_FAILED, WRONG_USAGE]


@pytest.mark.parametrize(("code", "words"), _exit_codes())
def test_the_examples_of_exit_codes_end_as_the_docs_say(code, words, tmp_path, capsys):
    assert main(words.replace("DIR", str(tmp_path)).split()) == code
    assert "Traceback" not in capsys.readouterr().err
    assert (tmp_path / "faces").exists() == (code == OK)
