"""The epoch whose weights a run keeps as its best."""

from core.training.classifier.best import best_epoch


def test_the_first_of_the_highest_is_the_best():
    rows = [{"epoch": n, "val_accuracy": figure} for n, figure in ((1, 0.5), (2, 0.9), (3, 0.9))]
    assert best_epoch(rows) == 2 and best_epoch(rows[:1]) == 1


def test_another_column_can_be_compared_and_what_is_no_number_is_not():
    rows = [{"epoch": 1, "val_accuracy": 0.9, "auc": float("nan")}, {"epoch": 2, "auc": 0.1}]
    assert best_epoch(rows, "auc") == 2 and best_epoch(rows) == 1


def test_without_figures_no_epoch_is_the_best():
    assert best_epoch([]) is None and best_epoch([{"epoch": 1}]) is None
    assert best_epoch([{"epoch": 1, "val_accuracy": "0.9,"}]) is None
