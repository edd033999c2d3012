"""`python -m core generate`: faces that no one has, as files."""

import argparse

from core.cli.common import OK, Commands, decimal, named, positive, whole
from core.config import BAR_AFTER_S
from core.generators import GENERATORS


def add_generating(commands: Commands) -> None:
    """Add the command to the parser's."""
    generate = commands.add_parser("generate", help="paint faces that no one has")
    generate.add_argument(
        "--seed", required=True, type=whole, metavar="S", help="of the first face"
    )
    generate.add_argument(
        "--count", type=positive, default=1, metavar="N", help="faces of seeds S, S + 1, ... (1)"
    )
    generate.add_argument(
        "--out", required=True, type=named, metavar="DIR", help="of seedS_0.png, seedS_1.png, ..."
    )
    generate.add_argument(
        "--psi", type=decimal, default=1.0, metavar="P", help="truncation, from 0 to 1.5 (1)"
    )
    generate.add_argument("--generator", default="dcgan", choices=GENERATORS)
    generate.set_defaults(run=_generate)


def _generate(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from core.generators import load_generator
    from core.generators.files import write_faces

    files = write_faces(load_generator(args.generator), args.seed, args.count, args.out, args.psi)
    for _ in tqdm(files, total=args.count, unit="face", delay=BAR_AFTER_S):
        pass
    faces = "1 face" if args.count == 1 else f"{args.count} faces"
    print(f"Painted {faces} into {args.out}: seed{args.seed}_I.png has seed {args.seed} + I.")
    return OK
