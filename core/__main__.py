"""The command line's own process: `python -m core ...`, or `faces ...` where it is installed."""

import signal
import sys

from core.process import prepare_process


def run() -> None:
    """Run the command that the process was started with, and end with its exit code."""
    prepare_process()
    from core.cli.main import main

    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main())


def _stop(*_) -> None:
    """Being told to end is like Ctrl-C: what is half written is cleared away."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    run()
