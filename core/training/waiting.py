"""A queue of trainings: one runs at a time, a few wait, and the next one starts by itself.

The queue is kept in the memory of the app's server: what waits is lost when the server ends.
"""

import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import UserError
from core.jobs import is_running, job_status
from core.training.launch import StartRun, running_run, start_run

MOST_WAITING = 5
LOOK_S = 0.5  # pause between two checks whether the next one may start
_KEPT = 100  # started trainings whose owners are remembered


@dataclass(frozen=True)
class Asked:
    """A training that somebody asked for.

    Attributes:
        run: what to train.
        owner: id of the visitor it belongs to; never shown.
        who: the name that the owner gave, "" for none.
        at_s: when it was asked for, seconds since 1970.
        id: unique.
    """

    run: StartRun
    owner: str
    who: str = ""
    at_s: float = field(default_factory=time.time)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


class TrainingLine:
    """The trainings of one job folder (see `core.jobs`), in the order they were asked for."""

    def __init__(self, job: Path):
        self._job, self._lock = job, threading.RLock()
        self._waiting: list[Asked] = []
        self._begun: dict[str, Asked] = {}  # by the job's id
        self._refused: dict[str, str] = {}  # by owner
        self._thread: threading.Thread | None = None

    def ask(self, asked: Asked) -> bool:
        """Start a training at once if none runs and none waits; else put it into the queue.

        Returns:
            Whether it was started.

        Raises:
            UserError: it cannot start, the queue is full, or a run in that folder waits already or
                is being trained.
        """
        with self._lock:
            if not self._waiting and not is_running(self._job):
                self._begin(asked)
                return True
            if len(self._waiting) >= MOST_WAITING:
                raise UserError(
                    f"{MOST_WAITING} runs wait already. Ask again once one of them has begun."
                )
            self._refuse_twice(asked.run.out)
            asked.run.check_data()
            self._waiting.append(asked)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, daemon=True)
                self._thread.start()
            return False

    def _refuse_twice(self, out: Path) -> None:
        """Refuse a second run in a folder, which a run that just started may not have made yet."""
        running = running_run(job_status(self._job))
        if running is not None and running.resolve() == out.resolve():
            raise UserError(f"A run {out.name} is being trained now. Choose another name.")
        if any(other.run.out == out for other in self._waiting):
            raise UserError(f"A run {out.name} waits already. Choose another name.")

    def waiting(self) -> list[Asked]:
        """The waiting trainings, the next one first."""
        with self._lock:
            return list(self._waiting)

    def take_back(self, known_by: str, owner: str) -> None:
        """Remove a training from the queue, unless it has started or belongs to another owner."""
        with self._lock:
            self._waiting = [
                asked for asked in self._waiting if (asked.id, asked.owner) != (known_by, owner)
            ]

    def whose(self, job_id: str) -> Asked | None:
        """The training that was started as the job with this `JobStatus.id`; None if unknown."""
        with self._lock:
            return self._begun.get(job_id)

    def refusal(self, owner: str) -> str | None:
        """Why this owner's last training could not start; None if it did. Asking forgets it."""
        with self._lock:
            return self._refused.pop(owner, None)

    def _begin(self, asked: Asked) -> None:
        self._begun[start_run(self._job, asked.run)] = asked
        while len(self._begun) > _KEPT:
            del self._begun[next(iter(self._begun))]

    def _serve(self) -> None:
        """Start one training after the other until the queue is empty."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                if not is_running(self._job):
                    self._begin_next()
            time.sleep(LOOK_S)

    def _begin_next(self) -> None:
        asked = self._waiting.pop(0)
        try:
            self._begin(asked)
        except UserError as error:
            self._refused[asked.owner] = f"{asked.run.out.name} could not begin: {error}"
