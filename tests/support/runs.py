"""Training runs that tests break off, or look into."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
import pytest

from core.training.run_folder import RunFolder


@contextmanager
def interrupted_after(monkeypatch: pytest.MonkeyPatch, epochs: int) -> Iterator[None]:
    """Within it a run must be broken off, as by Ctrl+C, once so many epochs are kept."""
    keep = RunFolder.save_state

    def save_state(run, state):
        keep(run, state)
        if int(state["epoch"]) == epochs:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "save_state", save_state)
        with pytest.raises(KeyboardInterrupt):
            yield


@contextmanager
def weights_before_each_step(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[np.ndarray]]]:
    """The weights that a classifier has before each of its steps within this."""
    seen: list[list[np.ndarray]] = []
    train = keras.Model.train_on_batch

    def train_on_batch(model, *parts, **options):
        seen.append([np.array(weight) for weight in model.get_weights()])
        return train(model, *parts, **options)

    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "train_on_batch", train_on_batch)
        yield seen
