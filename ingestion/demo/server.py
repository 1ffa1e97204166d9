"""What the sample servers share: they start and stop with a `with`, never outlive us, and their sockets
have short names."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Self

import psutil

from ingestion.errors import LandfallError

_START_SECONDS = 60.0  # recovery after a crash included
_STOP_SECONDS = 10.0

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Account(NamedTuple):
    """The system account that a server runs as; None is our own."""

    uid: int | None
    gid: int | None

    def own(self, path: Path) -> None:
        """Gives it the path."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def options(self) -> dict[str, Any]:
        """What subprocess needs to run a program as this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


class SampleServer(ABC):
    """The server of one data directory; a context manager that starts and stops it.

    The data outlive the server: starting again on the same directory finds them. A server that an
    earlier run left on the directory is stopped first. The server listens on a Unix socket only,
    whose place follows from `data_dir`, so another process may ask `dsn()` too.

    On Linux the server ends with the thread that called `start()`, however that thread ends, so
    start it from one that lives as long as the server is needed.

    `settings` are server settings that go before `default_settings`.
    """

    product: ClassVar[str]
    default_settings: ClassVar[Mapping[str, str]]
    # files in the data directory: one that it has when it is whole, and one that names the process
    marker: ClassVar[str]
    pid_file: ClassVar[str]
    # The orderly way to end it; and what the kernel sends when we died: to end at once, without waiting
    # for clients, for the next start recovers from the log.
    stop_signal: ClassVar[signal.Signals]
    orphan_signal: ClassVar[signal.Signals]
    # a pattern of the lines of its log that tell why it failed
    trouble: ClassVar[str]

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.log_file = self.data_dir.with_name(self.data_dir.name + ".log")
        self.socket_dir = _socket_dir(self.data_dir)
        self.settings = {**self.default_settings, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def dsn(self, database: str = ...) -> str:
        """The connection string of a database on this server."""

    @abstractmethod
    def account(self) -> Account:
        """The account to run as, allowed to get at programs and data."""

    @abstractmethod
    def make_data(self, folder: Path) -> list[str]:
        """The command that makes an empty database in a folder."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command that runs the server."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it accepts connections."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and return when it accepts connections; nothing if it runs already.

        Raises LandfallError if it cannot start, or is not installed.
        """
        if self._process is not None and self._process.poll() is None:
            return
        try:
            self.data_dir.parent.mkdir(parents=True, exist_ok=True)
            self._stop_leftover()
            account = self.account()
            self._make_data(account)
            self.socket_dir.mkdir(mode=0o700, exist_ok=True)
            account.own(self.socket_dir)
            self._process = self._launch(account)
        except OSError as error:
            raise LandfallError(f"cannot start {self.product} in {self.data_dir}: {error}") from error
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and wait until it is gone; nothing if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            self._shut_down(psutil.Process(process.pid))
            process.wait()
        shutil.rmtree(self.socket_dir, ignore_errors=True)

    def _make_data(self, account: Account) -> None:
        if (self.data_dir / self.marker).exists():
            return
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise LandfallError(
                f"{self.data_dir} is neither empty nor the data of a {self.product} server: "
                "choose another directory or remove it"
            )
        # Made beside it and moved into place when whole: a server would not start on half of it.
        unfinished = self.data_dir.with_name(self.data_dir.name + ".unfinished")
        _remove(unfinished)
        unfinished.mkdir(mode=0o700)
        account.own(unfinished)
        command = self.make_data(unfinished)
        done = subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            preexec_fn=_die_with_parent(signal.SIGKILL),
            **account.options(),
        )
        if done.returncode != 0:
            raise LandfallError(
                f"{Path(command[0]).name} failed for {self.data_dir}: {self._reason(done.stderr)}"
            )
        unfinished.rename(self.data_dir)

    def _launch(self, account: Account) -> subprocess.Popen[bytes]:
        with self.log_file.open("wb") as log:
            # In a session of its own Ctrl-C at the terminal reaches us alone, and we stop the
            # server when we are done with it.
            return subprocess.Popen(
                self.command(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent(self.orphan_signal),
                **account.options(),
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.02)
        raise LandfallError(
            f"{self.product} did not start in {self.data_dir}: "
            f"{self._reason(self.log_file.read_text(errors='replace'))} (whole log: {self.log_file})"
        )

    def _stop_leftover(self) -> None:
        """Stop the server that an earlier run left on this directory, if it lives."""
        pid_file = self.data_dir / self.pid_file
        try:
            process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
            # since the file was written the number may have gone to another program
            if {str(self.data_dir), f"--datadir={self.data_dir}"} & set(process.cmdline()):
                self._shut_down(process)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            pass
        pid_file.unlink(missing_ok=True)

    def _shut_down(self, server: psutil.Process) -> None:
        """Stop it in an orderly way, or by force if that takes too long."""
        try:
            family = [server, *server.children(recursive=True)]
            server.send_signal(self.stop_signal)
            server.wait(_STOP_SECONDS)
        except psutil.NoSuchProcess:
            return
        except psutil.TimeoutExpired:
            # Its helpers too: an orphan of PostgreSQL would keep the shared memory and block a new start.
            for process in family:
                if process.is_running():
                    process.kill()
            psutil.wait_procs(family, _STOP_SECONDS)

    def _reason(self, said: str) -> str:
        """The line that tells why, of what a program said."""
        lines = said.strip().splitlines()
        telling = [line for line in lines if re.search(self.trouble, line)]
        return (telling or lines or ["it said nothing"])[-1]


def _remove(folder: Path) -> None:
    """Removes what a killed run left. A helper of its that lives a moment longer may still write there."""
    deadline = time.monotonic() + _STOP_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.01)


def _die_with_parent(with_signal: signal.Signals) -> Callable[[], None]:
    """What the child runs before it becomes the program, so that it does not outlive us."""
    parent = os.getpid()

    def ask_kernel() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
            if os.getppid() != parent:  # it died before the kernel knew
                os._exit(1)

    return ask_kernel


def _socket_dir(data_dir: Path) -> Path:
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
