"""What several commands share: exit codes, kinds of words."""

import argparse

OK, SOME_FAILED = 0, 1  # exit codes; argparse ends with 2 on wrong usage


def positive(text: str) -> int:
    """A whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more. Received: {text}")
    return number
