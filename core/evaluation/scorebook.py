"""What the classifier says of the faces of a data set, remembered between starts."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from core.atomic import write_atomically
from core.dataset.browse import Verdicts
from core.dataset.index_cache import CACHE_DIR
from core.errors import UserError
from core.evaluation.scores import score_faces
from core.inference.networks import checksum_of, network_files
from core.inference.photo import Inspector
from core.inference.verdict import Calibration, Doubt, doubts_of

CHUNK = 8  # few: a slow machine should show soon that it moves
SAVE_EVERY = 256  # chunks
_KEYS = ["path", "modified_ns"]
_SAID = {"p_fake": "float64", "doubt": "int8"}


class ScoreBook:
    """P(fake) and doubt by file and time of change, of one classifier.

    Attributes:
        failed: path -> why it could not be judged.
    """

    def __init__(self, cache: Path = CACHE_DIR):
        """Open the shipped classifier's book.

        Args:
            cache: where it is kept: file names and probabilities, no picture.

        Raises:
            UserError: the registry is missing or damaged.
        """
        version = checksum_of(network_files())[:24]
        self._file = cache / f"scores-{version}.parquet"
        self.failed: dict[str, str] = {}
        try:
            self._known = pd.read_parquet(self._file)[[*_KEYS, *_SAID]]
        except Exception:  # missing, damaged or of an earlier form: it is only a cache
            types = {"path": "str", "modified_ns": "int64", **_SAID}
            self._known = pd.DataFrame({name: [] for name in types}).astype(types)

    def verdicts(self, faces: pd.DataFrame, calibration: Calibration) -> Verdicts:
        """What is known of the faces of an index.

        Args:
            faces: its rows, (n,).
            calibration: of the networks whose book it is; only its thresholds may be others.
        """
        found = faces[_KEYS].merge(self._known, on=_KEYS, how="left")
        doubts = found["doubt"].fillna(Doubt.NONE).to_numpy(np.int8)
        return Verdicts.of(found["p_fake"].to_numpy(np.float64), calibration, doubts)

    def judge(self, faces: pd.DataFrame, inspector: Inspector) -> Iterator[int]:
        """Judge the faces that are not in the book, in chunks; it may be stopped at any count.

        Args:
            faces: rows of an index; each picture is one aligned face.
            inspector: whose networks and calibration are used.

        Yields:
            How many of them are done: before the first chunk, then after each.
        """
        unknown = np.isnan(self.verdicts(faces, inspector.calibration).p_fake)
        waiting = faces[unknown & ~faces["path"].isin(self.failed)]
        done = len(faces) - len(waiting)
        yield done
        try:
            for number, start in enumerate(range(0, len(waiting), CHUNK), start=1):
                chunk = waiting.iloc[start : start + CHUNK]
                self._add(chunk, inspector)
                if number % SAVE_EVERY == 0:
                    self._save()
                done += len(chunk)
                yield done
        finally:
            self._save()

    def _add(self, chunk: pd.DataFrame, inspector: Inspector) -> None:
        try:
            scores = score_faces(chunk, inspector.panel)
        except UserError:
            self.failed |= dict.fromkeys(chunk["path"], "It cannot be decoded.")
            return
        self.failed |= scores.skipped
        new = scores.faces[_KEYS].copy()
        new["p_fake"] = inspector.calibration.p_fake(scores.log_odds)
        new["doubt"] = doubts_of(scores.conditions, inspector.calibration)
        self._known = pd.concat([self._known, new], ignore_index=True)

    def _save(self) -> None:
        buffer = io.BytesIO()
        self._known.drop_duplicates(_KEYS, keep="last").to_parquet(buffer, index=False)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, buffer.getvalue())
        except OSError:  # no room or no right to write: they are judged anew next time
            pass
