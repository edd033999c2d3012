"""Progress of a run: a bar on the terminal, and `progress.json` in the run's folder."""

import time

from tqdm import tqdm

from core.training.run_folder import Progress, RunFolder

EVERY_S = 1.0  # least time between two writes of the file


class Bar:
    """A progress bar that also writes `progress.json`. Use it with `with`, or close it."""

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
        """Start the bar.

        Args:
            run: the run's folder.
            phase: what is being done, for the user.
            total: steps of the whole run.
            done: steps of them that are done already.
            unit: name of a step.
            quiet: write the file but draw nothing.
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
        """Count this many more steps as done."""
        self._done += count
        self._drawn.update(count)
        now = time.monotonic()
        if now - self._saved_s >= EVERY_S:
            self._save(now)

    def turn_to(self, phase: str) -> None:
        """Name what is being done from now on."""
        self.phase = phase
        self._drawn.set_description(phase)
        self._save(time.monotonic())

    def say(self, words: str) -> None:
        """Show words behind the bar."""
        self._drawn.set_postfix_str(words, refresh=False)

    def close(self) -> None:
        """Remove the bar; the file keeps the last state."""
        self._drawn.close()
        self._save(time.monotonic())

    def _save(self, now_s: float) -> None:
        left = seconds_left(
            self._done - self._at_first, self._total - self._done, now_s - self._begun_s
        )
        self._run.save_progress(Progress(self._done, self._total, self.phase, left))
        self._saved_s = now_s


def seconds_left(done: int, to_do: int, taken_s: float) -> float | None:
    """Seconds for the remaining steps at the rate so far; None before the first step.

    Args:
        done: steps done within `taken_s`.
        to_do: remaining steps.
        taken_s: seconds so far.
    """
    if to_do <= 0:
        return 0.0
    return round(to_do * taken_s / done, 1) if done > 0 else None
