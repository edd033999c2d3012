"""The history of each face of a stream: points for a chart, and a report."""

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
        id: number of its track.
        frames: frames in which it was followed, up to the last in which it was found.
        first_s, last_s: times of the first and the last of them, in seconds.
        p_fake_mean: calibrated P(fake) from the mean log-odds of its views (`Evidence.p_fake`);
            None if a network that counts has judged none.
        verdict: when it was last found: "real", "fake" or "unsure".
        reason: why it is unsure, in a sentence, or None.
        flips_per_minute: changes of the verdict per minute after the first that was not unsure; a
            track of under a second counts as one second.
        shown_s: verdict -> seconds for which it was shown.
        size_px: median width of its box, in pixels.
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
        """Add a frame; return whether the face is found in it.

        Frames in which it is lost count only once it is found again.
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
    """Collects the tracks of a stream; no pixels are kept."""

    def __init__(self, *, point_every_s: float = 0.2, window_s: float | None = None):
        """Start empty.

        Args:
            point_every_s: seconds between two points of the chart.
            window_s: points older than this many seconds are dropped; None keeps all.
        """
        self._every_s, self._window_s = point_every_s, window_s
        self._points: deque[tuple] = deque()
        self._pointed_s = float("-inf")
        self._stories: dict[int, _Story] = {}
        self._empty: list[set[int]] = []  # faces of each latest frame without a found one
        self.frames = 0
        self.frames_with_face = 0

    def add(self, frame: LiveFrame) -> None:
        """Add the next frame."""
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
        """Count frames with a face; one of lost faces counts once one of them is found again."""
        self.frames_with_face += bool(found)
        self.frames_with_face += sum(bool(lost & found) for lost in self._empty)
        self._empty = [lost & here for lost in self._empty if lost & here and not lost & found]
        if here and not found:
            self._empty.append(here)

    def points(self) -> pd.DataFrame:
        """One row per face every `point_every_s` seconds: time_s, track, p_fake, verdict."""
        return pd.DataFrame(list(self._points), columns=POINT_COLUMNS)

    def report(self) -> list[TrackReport]:
        """A report on each face, sorted by number."""
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
    """One row per face, with the attributes of `TrackReport` as columns, `shown_s` as several."""
    rows = []
    for report in reports:
        row = asdict(report)
        shown = row.pop("shown_s")
        rows.append({**row, **{f"shown_{name}_s": seconds for name, seconds in shown.items()}})
    return pd.DataFrame(rows)
