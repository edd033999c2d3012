"""What several commands share: exit codes, kinds of words."""

import argparse
import sys

OK, SOME_FAILED = 0, 1  # exit codes; argparse ends with 2 on wrong usage


def positive(text: str) -> int:
    """A whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more. Received: {text}")
    return number


def tell(sentence: str) -> None:
    """Say something that is no result."""
    print(f"Note: {sentence}", file=sys.stderr)
