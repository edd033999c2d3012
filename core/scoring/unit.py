"""The unit of work: the paths of some files and an inspector in, their rows out."""

from collections.abc import Iterator, Sequence

from core.inference.files import prepare_path
from core.inference.photo import Inspector, PhotoResult, Prepared
from core.inference.report import to_contract
from core.scoring.rows import to_rows

FILES = 8  # judged in one batch; more make a core hardly faster
MAX_HELD_BYTES = 64 * 2**20  # of crops that wait for their batch: a scan may be all one face


def score_files(
    paths: Sequence[str], inspector: Inspector, *, aligned: bool = False
) -> list[list[dict]]:
    """Judge files; the faces of several go through the networks together.

    Args:
        paths: of pictures.
        inspector: detector, networks and calibrations.
        aligned: each whole picture is one aligned face.

    Returns:
        For each file its rows (see `core.scoring.rows`); what is wrong with one is in its row.
    """
    return [
        result_rows(result)
        for batch in _batches(paths, inspector, aligned)
        for result in inspector.judge_prepared(batch)
    ]


def result_rows(result: PhotoResult) -> list[dict]:
    """The rows of a file that was judged, or could not be."""
    return to_rows(to_contract(result))


def _batches(paths: Sequence[str], inspector: Inspector, aligned: bool) -> Iterator[list[Prepared]]:
    batch, held_bytes = [], 0
    for path in paths:
        prepared = prepare_path(path, inspector, aligned=aligned)
        batch.append(prepared)
        held_bytes += sum(crop.pixels.nbytes for crop in prepared.cut.crops)
        if len(batch) == FILES or held_bytes >= MAX_HELD_BYTES:
            yield batch
            batch, held_bytes = [], 0
    if batch:
        yield batch
