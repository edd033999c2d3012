"""Training runs that tests break off."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def interrupted_after(monkeypatch: pytest.MonkeyPatch, epochs: int) -> Iterator[None]:
    """Within it a classifier's run must be broken off, as by Ctrl+C, after so many epochs."""
    import core.training.classifier.session as module

    unbroken = module._Session.run_epoch

    def run_epoch(session, *parts):
        if session.epoch == epochs:
            raise KeyboardInterrupt
        unbroken(session, *parts)

    with monkeypatch.context() as patch:
        patch.setattr(module._Session, "run_epoch", run_epoch)
        with pytest.raises(KeyboardInterrupt):
            yield
