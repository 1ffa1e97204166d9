"""The exceptions that the command line shows without a traceback."""


class LandfallError(Exception):
    """Expected trouble: wrong input or set-up.

    The message is one line for the person at the keyboard: what went wrong, where, how to mend it.
    """


class SourceAway(LandfallError):
    """The connection to a source broke, or somebody else holds what we need of it: it may come back."""


class CannotConnect(SourceAway):
    """A connection to a source was refused, or nobody answered."""
