"""What the sample servers share: they never outlive us, and their sockets have short names."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ingestion.errors import LandfallError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None]:
    """What the child runs before it becomes the program, so that it does not outlive us."""
    parent = os.getpid()

    def ask_kernel() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
            if os.getppid() != parent:  # it died before the kernel knew
                os._exit(1)

    return ask_kernel


def socket_dir(data_dir: Path) -> Path:
    """Where the server of a data directory has its Unix socket; another process finds it too.

    The path of a Unix socket has room for about 100 characters, a data directory may be anywhere:
    hence a short name of its own.
    """
    name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    found = Path(tempfile.gettempdir()) / f"landfall-{name}"
    if len(str(found)) > 85:
        raise LandfallError(
            f"the directory for temporary files, {found.parent}, has too long a name "
            "for a Unix socket: set TMPDIR to a shorter one"
        )
    return found
