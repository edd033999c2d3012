"""What the names of folders say."""

import pytest

from core.dataset.layout import SYNONYMS, Place, find_root, merged, place_of
from core.errors import UserError


@pytest.mark.parametrize(
    ("path", "split", "label"),
    [
        ("train/real", "train", "real"),
        ("Train/Real", "train", "real"),
        ("VAL/FAKE", "valid", "fake"),
        ("validation/fakes", "valid", "fake"),
        ("training_real", "train", "real"),
        ("valid_real", "valid", "real"),
        ("test-fake", "test", "fake"),
        ("TestFake", "test", "fake"),
        ("fake.test", "test", "fake"),
        ("test/progan/airplane/0_real", "test", "real"),
        ("1_fake", None, "fake"),
        ("real/val", "valid", "real"),
        ("Real Images", None, "real"),
        ("ai-generated images", None, "fake"),
        ("train/fake/real-esrgan", "train", "fake"),
        ("real_vs_fake", None, None),
        ("realistic", None, None),
        ("latest", None, None),
        ("train_and_test", None, None),
        ("images", None, None),
        ("", None, None),
    ],
)
def test_what_a_path_says(path, split, label):
    assert place_of(path.split("/")) == Place(split, label)


def test_no_word_means_two_things():
    words = [word for synonyms in SYNONYMS.values() for word in synonyms]
    assert len(words) == len(set(words))


def _make(root, *folders):
    for folder in folders:
        (root / folder).mkdir(parents=True)
    return root


@pytest.mark.parametrize(
    ("folders", "found", "beside"),
    [
        (["train/real", "val/fake"], "", []),
        (["real", "fake"], "", []),
        (["training_real", "training_fake", "extra"], "", []),
        (["Dataset/Train/Real", "Dataset/Test/Fake"], "Dataset", []),
        (["real_vs_fake/real-vs-fake/train/real"], "real_vs_fake/real-vs-fake", []),
        (["first/real", "second/real", "third"], "first", ["second", "third"]),
        (["test/progan/0_real"], "", []),
        (["__MACOSX/train/real", "set/real"], "set", []),
    ],
)
def test_the_root_of_a_data_set(tmp_path, folders, found, beside):
    _make(tmp_path, *folders)
    root, others = find_root(tmp_path)
    assert root == tmp_path / found and [other.name for other in others] == beside


def test_an_unknown_layout_says_which_folders_were_seen(tmp_path):
    _make(tmp_path, "cats", "dogs", ".git")
    with pytest.raises(UserError, match=r"it holds cats/, dogs/\. Arrange"):
        find_root(tmp_path)


def test_folders_that_are_read_as_one_are_named():
    names = ("valid", "val", "train", "training_real", "other", "more")
    (sentence,) = merged([(name, place_of([name])) for name in names])
    assert sentence == "valid/ and val/ are read together, as valid."
