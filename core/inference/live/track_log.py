"""What happened to each face of a stream: points for a chart, and a report at the end."""

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from statistics import median_low

import pandas as pd

from core.inference.live.states import LiveFrame, TrackState
from core.inference.verdict import State

POINT_COLUMNS = ["time_s", "track", "p_fake", "verdict"]


@dataclass(frozen=True)
class TrackReport:
    """One face over a stream.

    Attributes:
        id: its number.
        frames: in how many frames it was followed; those after it was last found do not count.
        first_s, last_s: when, in seconds of the stream.
        p_fake_mean: P(fake) by the mean over all its judged views; None if there was none.
        verdict: what was shown when it was last found, by all that was seen of it.
        reason: why that is unsure, or None.
        flips_per_minute: how often the shown verdict changed after it was first given, a minute.
        shown_s: seconds for which each verdict was shown.
        size_px: middle width of its box.
    """

    id: int
    frames: int
    first_s: float
    last_s: float
    p_fake_mean: float | None
    verdict: str
    reason: str | None
    flips_per_minute: float
    shown_s: dict[str, float]
    size_px: int


@dataclass
class _Story:
    first_s: float
    last_s: float
    shown: dict[State, float]
    widths: Counter[int]
    last: TrackState
    frames: int = 0
    flips: int = 0
    given: bool = False
    waiting: list[tuple[TrackState, float]] = field(default_factory=list)

    def take(self, state: TrackState, time_s: float) -> bool:
        """Take in a frame; whether the face is (again) found in it.

        Frames in which it is lost wait: they count once it is found again, and never if not.
        """
        self.waiting.append((state, time_s))
        if state.lost_s:
            return False
        for earlier in self.waiting:
            self._count(*earlier)
        self.waiting.clear()
        return True

    def _count(self, state: TrackState, time_s: float) -> None:
        now, before = state.verdict.state, self.last.verdict.state
        self.shown[before] += time_s - self.last_s
        self.flips += self.given and now != before
        self.given |= now != State.UNSURE
        self.widths[state.box.w] += 1
        self.frames += 1
        self.last, self.last_s = state, time_s


class TrackLog:
    """Listens to a stream. Its memory grows with faces and points, never with pixels."""

    def __init__(self, *, point_every_s: float = 0.2, window_s: float | None = None):
        """Start empty.

        Args:
            point_every_s: pause between two points of the chart.
            window_s: older points are dropped; None keeps all.
        """
        self._every_s, self._window_s = point_every_s, window_s
        self._points: deque[tuple] = deque()
        self._pointed_s = float("-inf")
        self._stories: dict[int, _Story] = {}
        self._empty: list[set[int]] = []  # latest frames with lost faces only: which ones
        self.frames = 0
        self.frames_with_face = 0

    def add(self, frame: LiveFrame) -> None:
        """Take in the next frame."""
        now = frame.time_s
        self.frames += 1
        found = set()
        for state in frame.tracks:
            story = self._stories.get(state.number)
            if story is None:
                shown = dict.fromkeys(State, 0.0)
                story = self._stories[state.number] = _Story(now, now, shown, Counter(), state)
            if story.take(state, now):
                found.add(state.number)
        self._count_frame({state.number for state in frame.tracks}, found)
        if now - self._pointed_s >= self._every_s:
            self._pointed_s = now
            self._points.extend(
                (now, state.number, state.p_fake, state.verdict.state)
                for state in frame.tracks
                if state.p_fake is not None and not state.lost_s
            )
        while self._window_s and self._points and self._points[0][0] < now - self._window_s:
            self._points.popleft()

    def _count_frame(self, here: set[int], found: set[int]) -> None:
        """Count a frame with a face; one whose faces are lost counts once one is found again."""
        self.frames_with_face += bool(found)
        self.frames_with_face += sum(bool(lost & found) for lost in self._empty)
        self._empty = [lost & here for lost in self._empty if lost & here and not lost & found]
        if here and not found:
            self._empty.append(here)

    def points(self) -> pd.DataFrame:
        """Columns time_s, track, p_fake, verdict: a row a face every `point_every_s`."""
        return pd.DataFrame(list(self._points), columns=POINT_COLUMNS)

    def report(self) -> list[TrackReport]:
        """What became of each face, in the order of their numbers."""
        return [self._report(number, story) for number, story in sorted(self._stories.items())]

    def _report(self, number: int, story: _Story) -> TrackReport:
        minutes = max(story.last_s - story.first_s, 1.0) / 60
        return TrackReport(
            id=number,
            frames=story.frames,
            first_s=round(story.first_s, 3),
            last_s=round(story.last_s, 3),
            p_fake_mean=story.last.p_fake,
            verdict=story.last.verdict.state,
            reason=story.last.verdict.reason,
            flips_per_minute=round(story.flips / minutes, 3),
            shown_s={name: round(seconds, 2) for name, seconds in story.shown.items()},
            size_px=median_low(story.widths.elements()),
        )


def to_table(reports: list[TrackReport]) -> pd.DataFrame:
    """A row a face, for a page or a CSV file."""
    rows = []
    for report in reports:
        row = asdict(report)
        shown = row.pop("shown_s")
        rows.append({**row, **{f"shown_{name}_s": seconds for name, seconds in shown.items()}})
    return pd.DataFrame(rows)
