"""The one exception whose text is written for the person at the screen."""


class UserError(Exception):
    """Something from outside is unusable: the message says what is wrong and what to do.

    Pages show the message as it stands and the command line prints it without a traceback,
    so every message is one or two plain sentences.
    """


class WrongUsage(UserError):
    """What was asked for is out of its range, or does not go together: found before any work."""
