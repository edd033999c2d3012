"""The generated faces of the shipped networks can be painted anew, one source after the other."""

import sys

from core.cli.main import build_parser
from core.evaluation.sources import PAINTED
from tools import painted_faces


def _painted(monkeypatch, *codes):
    """Run the tool with commands that end with these codes; the commands, as they were read."""
    said, left = [], list(codes)

    def command(words):
        said.append(build_parser().parse_args(words))
        return left.pop(0)

    monkeypatch.setattr(painted_faces, "command", command)
    monkeypatch.setattr(sys, "argv", ["painted_faces", "faces", "more"])
    return painted_faces.main(), said


def test_every_source_is_painted_beside_the_data_with_seeds_of_its_own(monkeypatch):
    code, said = _painted(monkeypatch, *[0] * len(painted_faces.FACES))
    assert code == 0 and {args.source for args in said} <= PAINTED
    assert [bool(args.beside) for args in said] == [True, *[False] * (len(said) - 1)]
    seeds = [seed for args in said for seed in range(args.seed, args.seed + args.count)]
    assert len(seeds) == len(set(seeds))


def test_what_fails_ends_it(monkeypatch):
    code, said = _painted(monkeypatch, 0, 1)
    assert code == 1 and len(said) == 2
