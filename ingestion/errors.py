"""The one exception that the command line shows without a traceback."""


class LandfallError(Exception):
    """Expected trouble: wrong input or set-up.

    The message is one line for the person at the keyboard: what went wrong, where, how to mend it.
    """
