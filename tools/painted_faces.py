"""Paint the generated faces that the shipped networks were trained, calibrated and measured with.

    python -m tools.painted_faces DATA OUT

OUT then shows DATA's files, too, and is what `publish` and `evaluate` took: the same seeds, the
same psi, the same split of each face. It takes half an hour on two cores.
"""

import argparse
import sys
from pathlib import Path

from core.cli.main import main as command

PSI = ("0.5", "1.1")
# source, how many, first seed, and what else says which generator painted
FACES = (
    ("mobilestylegan", 2000, 7_000_000, ["--generator", "mobilestylegan"]),
    ("dcgan", 1800, 7_100_000, ["--generator", "dcgan", "--variants", "150"]),
    ("dcganepochs", 600, 7_200_000, ["--generator", "dcgan", "--epoch", "25"]),
    ("dcgansharp", 900, 7_300_000, ["--generator", "dcgan", "--epoch", "45"]),
    ("dcgansharp", 900, 7_400_000, ["--generator", "dcgan", "--epoch", "88"]),
)


def main() -> int:
    """Run the command; the exit code is that of the first painting that failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.painted_faces", description=__doc__)
    parser.add_argument("data", type=Path, help="faces in Kaggle's layout")
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    for number, (source, count, seed, generator) in enumerate(FACES):
        beside = [] if number else ["--beside", str(args.data)]
        words = ["dataset", "paint", "--out", str(args.out), "--source", source, "--psi", *PSI]
        code = command([*words, "--count", str(count), "--seed", str(seed), *generator, *beside])
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
