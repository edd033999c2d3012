import signal
import sys

from core.cli import main


def _stop(*_) -> None:
    """Being told to end is like Ctrl-C: what is half written is cleared away."""
    raise KeyboardInterrupt


signal.signal(signal.SIGTERM, _stop)
sys.exit(main())
