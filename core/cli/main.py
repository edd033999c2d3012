"""The command line: `python -m core classify | video | generate | dataset | train | ...`."""

import argparse
import sys

from core.cli.common import OF_THE_DISK, SOME_FAILED, WRONG_USAGE, Parser, of_the_disk
from core.cli.dataset import add_dataset
from core.cli.evaluation import add_evaluation
from core.cli.generalization import add_generalization
from core.cli.generating import add_generating
from core.cli.judging import add_judging
from core.cli.training import add_training
from core.errors import UserError, WrongUsage


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: the words after `python -m core`; None takes the process' own.

    Returns:
        The exit code: 0 all is well, 1 something could not be done, 2 wrong usage.
    """
    words, parser = sys.argv[1:] if argv is None else argv, build_parser()
    if "" in words:  # it would be taken for the folder one is in
        parser.error("a word of the command is empty; is a variable not set?")
    args = parser.parse_args(words)
    try:
        return args.run(args)
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        return WRONG_USAGE if isinstance(error, WrongUsage) else SOME_FAILED
    except OSError as error:
        if error.errno not in OF_THE_DISK:
            raise
        print(f"Error: {of_the_disk(error)}", file=sys.stderr)
        return SOME_FAILED
    except KeyboardInterrupt:
        stopped = getattr(args, "stopped", None)  # says what is kept of it
        print(stopped(args) if stopped else "Stopped.", file=sys.stderr)
        return SOME_FAILED


def build_parser() -> argparse.ArgumentParser:
    """What reads the words of every command."""
    parser = Parser(prog="python -m core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    add_judging(commands)
    add_evaluation(commands)
    add_generalization(commands)
    add_generating(commands)
    add_dataset(commands)
    add_training(commands)
    return parser
