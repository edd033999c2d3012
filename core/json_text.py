"""JSON that may be damaged, or come from anybody: one kind of error for all that can be wrong."""

import json


def read_object(text: str | bytes) -> dict:
    """Read a JSON object.

    Args:
        text: may be anything.

    Raises:
        ValueError: it is no JSON, nested too deeply, or no object.

    Example:
        >>> read_object('{"epoch": 3}')
        {'epoch': 3}
    """
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("It is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"It is no object but a {type(value).__name__}")
    return value
