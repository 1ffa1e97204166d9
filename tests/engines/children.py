"""Servers that tests start: none outlives them, however they end."""

from __future__ import annotations

import ctypes
import signal
import sys


def die_with_parent() -> None:
    """For subprocess's preexec_fn: the kernel kills the child when the tests are gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
