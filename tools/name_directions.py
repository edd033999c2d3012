"""Measure what the strongest directions of MobileStyleGAN change, and keep their names.

    python -m tools.name_directions [--seeds 16]

The DCGAN's are measured when it is published. It takes ten minutes on two cores.
"""

import argparse
import json
import sys

from core.artifacts import ship_file
from core.errors import UserError
from core.evaluation.generators.face_traits import measure_directions
from core.generators import load_generator
from core.generators.request import SLIDERS

NAME = "mobilestylegan"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.name_directions", description=__doc__)
    parser.add_argument("--seeds", type=int, default=16, help="faces moved along each direction")
    args = parser.parse_args()
    try:
        generator = load_generator(NAME)
        named = measure_directions(generator, SLIDERS, args.seeds)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    content = json.dumps({"version": generator.version, "directions": named}, indent=2).encode()
    ship_file(
        f"{NAME}_directions",
        f"{NAME}.directions.json",
        content,
        kind="figures",
        data=f"{args.seeds} faces of {generator.name} along each direction",
    )
    for row in named:
        print(row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
