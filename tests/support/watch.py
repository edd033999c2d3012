"""What a process writes, contacts and logs, by Python's audit events; native code is not seen."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CONTACTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
_watching: list["Seen"] = []


@dataclass
class Seen:
    """Attributes: paths that were opened for writing, contacts, and texts of log records."""

    written: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    def note(self, event: str, args: tuple) -> None:
        if event == "open" and isinstance(args[0], (str, bytes)) and args[2] & _WRITES:
            path = os.fsdecode(args[0])
            if path != os.devnull and "__pycache__" not in path:
                self.written.append(path)
        elif event in _CONTACTS:
            self.contacts.append(f"{event} {args[-1] if event == 'socket.connect' else args[0]}")


def _hook(event: str, args: tuple) -> None:
    for seen in _watching:
        seen.note(event, args)


sys.addaudithook(_hook)  # stays for the life of the process: there is no way to remove one


@contextmanager
def watched() -> Iterator[Seen]:
    """Within it, all that is written, contacted and logged is noted."""
    seen, usual = Seen(), logging.getLogRecordFactory()

    def record(*args, **kwargs) -> logging.LogRecord:
        made = usual(*args, **kwargs)
        seen.logged.append(f"{made.getMessage()} {made.exc_info or ''}")
        return made

    logging.setLogRecordFactory(record)
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)
        logging.setLogRecordFactory(usual)
