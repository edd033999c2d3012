"""How far a run is: a bar for people, and `progress.json` in its folder for programs."""

import time

from tqdm import tqdm

from core.training.run_folder import Progress, RunFolder

EVERY_S = 1.0  # a file is written no more often


class Bar:
    """A bar that is also kept in the run's folder. Use it with `with`, or close it."""

    def __init__(
        self,
        run: RunFolder,
        phase: str,
        total: int,
        *,
        done: int = 0,
        unit: str = "it",
        quiet: bool = False,
    ):
        """Begin.

        Args:
            run: whose progress it is.
            phase: what is done, for the user.
            total: steps of the whole run.
            done: of these, what earlier bars did.
            unit: of a step.
            quiet: keep the file, draw nothing.
        """
        self.phase = phase
        self._run, self._total, self._done, self._at_first = run, total, done, done
        self._begun_s = self._saved_s = time.monotonic()
        self._drawn = tqdm(total=total, initial=done, desc=phase, unit=unit, disable=quiet)
        self._save(self._begun_s)

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def update(self, count: int = 1) -> None:
        """Say that so many more steps are done."""
        self._done += count
        self._drawn.update(count)
        now = time.monotonic()
        if now - self._saved_s >= EVERY_S:
            self._save(now)

    def say(self, words: str) -> None:
        """Put words behind the bar."""
        self._drawn.set_postfix_str(words, refresh=False)

    def close(self) -> None:
        """End it; the file keeps how far it came."""
        self._drawn.close()
        self._save(time.monotonic())

    def _save(self, now_s: float) -> None:
        left = seconds_left(
            self._done - self._at_first, self._total - self._done, now_s - self._begun_s
        )
        self._run.save_progress(Progress(self._done, self._total, self.phase, left))
        self._saved_s = now_s


def seconds_left(done: int, to_do: int, taken_s: float) -> float | None:
    """How long the rest takes at the rate so far; None before the first step.

    Args:
        done: steps within `taken_s`.
        to_do: steps that are left.
        taken_s: seconds.
    """
    if to_do <= 0:
        return 0.0
    return round(to_do * taken_s / done, 1) if done > 0 else None
