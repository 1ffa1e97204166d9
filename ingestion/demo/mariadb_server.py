"""A MariaDB server of our own in a data directory, beside whatever the system runs.

The binaries are the system's (package `mariadb-server`); nothing is installed here.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import pymysql

from ingestion.demo.processes import die_with_parent, socket_dir
from ingestion.errors import LandfallError

# MariaDB refuses to run as root; started as root we run it as the user that its package makes.
SYSTEM_USER = "mysql"

DEFAULT_SETTINGS: Mapping[str, str] = {
    # Changes are read from the binary log: whole rows, with the names of their columns.
    "log-bin": "binlog",
    "server-id": "1",
    "binlog-format": "ROW",
    "binlog-row-image": "FULL",
    "binlog-row-metadata": "FULL",
    "character-set-server": "utf8mb4",
    "default-time-zone": "+00:00",
    # A sample can be made again at any time: only a crash of the whole machine could damage it,
    # and waiting for the disk at each commit would make it many times slower.
    "innodb-flush-log-at-trx-commit": "2",
    "innodb-log-file-size": "64M",
    "sync-binlog": "0",
    # The kernel's places for it are few, and shared by every server of the machine.
    "innodb-use-native-aio": "0",
}

_START_SECONDS = 60.0  # recovery after a crash included
_STOP_SECONDS = 10.0


def installed() -> bool:
    """Whether this machine has the server's programs."""
    return _program("mariadbd") is not None


class MariadbServer:
    """The server of one data directory; a context manager that starts and stops it.

    As with PostgresServer, the data outlive the server, a server that an earlier run left on the
    directory is stopped first, it listens on a Unix socket only, and on Linux it ends with the
    thread that called `start()`.

    `settings` are options of mariadbd that go before `DEFAULT_SETTINGS`.
    """

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.log_file = self.data_dir.with_name(self.data_dir.name + ".log")
        self.socket_dir = socket_dir(self.data_dir)
        self._settings = {**DEFAULT_SETTINGS, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

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

    @property
    def socket(self) -> Path:
        """Its Unix socket."""
        return self.socket_dir / "mariadb.sock"

    def dsn(self, database: str = "mysql") -> str:
        """The connection string of a database on this server."""
        return f"mysql://root@localhost/{database}?unix_socket={self.socket}"

    def start(self) -> None:
        """Start the server and return when it accepts connections; nothing if it runs already.

        Raises LandfallError if it cannot start, or is not installed.
        """
        if self._process is not None and self._process.poll() is None:
            return
        try:
            self.data_dir.parent.mkdir(parents=True, exist_ok=True)
            self._stop_leftover()
            account = _account(self.data_dir)
            _make_data(self.data_dir, account)
            self.socket_dir.mkdir(mode=0o700, exist_ok=True)
            _own(self.socket_dir, account)
            self._process = self._launch(account)
        except OSError as error:
            raise LandfallError(f"cannot start MariaDB in {self.data_dir}: {error}") from error
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
            _shut_down(psutil.Process(process.pid))
            process.wait()
        shutil.rmtree(self.socket_dir, ignore_errors=True)

    def _launch(self, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
        settings = {
            **self._settings,
            "datadir": str(self.data_dir),
            "socket": str(self.socket),
            "pid-file": str(self.data_dir / "mariadbd.pid"),
        }
        # --no-defaults: what the system's own server is told does not concern this one
        command = [_require("mariadbd"), "--no-defaults", "--skip-networking"]
        command += [f"--{name}={value}" for name, value in settings.items()]
        with self.log_file.open("wb") as log:
            # In a session of its own Ctrl-C at the terminal reaches us alone, and we stop the
            # server when we are done with it.
            return subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # at once, without waiting for clients: the next start recovers from the log
                preexec_fn=die_with_parent(signal.SIGKILL),
                **_as_user(account),
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                pymysql.connect(unix_socket=str(self.socket), user="root", connect_timeout=5).close()
            except pymysql.MySQLError:
                time.sleep(0.02)
            else:
                return
        raise LandfallError(
            f"MariaDB did not start in {self.data_dir}: {_last_words(self.log_file)} "
            f"(whole log: {self.log_file})"
        )

    def _stop_leftover(self) -> None:
        """Stop the server that an earlier run left on this directory, if it lives."""
        pid_file = self.data_dir / "mariadbd.pid"
        try:
            process = psutil.Process(int(pid_file.read_text()))
            # since the file was written the number may have gone to another program
            if f"--datadir={self.data_dir}" in process.cmdline():
                _shut_down(process)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            pass
        pid_file.unlink(missing_ok=True)


def _program(name: str) -> str | None:
    # the server lies where only root looks for programs
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/usr/bin")


def _require(name: str) -> str:
    found = _program(name)
    if found is None:
        raise LandfallError(f"no {name} on this machine: install the package mariadb-server")
    return found


def _account(data_dir: Path) -> pwd.struct_passwd | None:
    """The account to run MariaDB as, allowed to get at its data; none is our own."""
    if os.geteuid() != 0:
        return None
    try:
        account = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise LandfallError(
            f"no user '{SYSTEM_USER}', which the package mariadb-server makes: install it"
        ) from None
    for folder in data_dir.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)
    return account


def _own(path: Path, account: pwd.struct_passwd | None) -> None:
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def _as_user(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _make_data(data_dir: Path, account: pwd.struct_passwd | None) -> None:
    """Make the system tables unless the directory holds them."""
    if (data_dir / "mysql").exists():
        return
    if data_dir.exists() and any(data_dir.iterdir()):
        raise LandfallError(
            f"{data_dir} is neither empty nor the data of a MariaDB server: "
            "choose another directory or remove it"
        )
    # Made beside it and moved into place when whole: a server would not start on half of it.
    unfinished = data_dir.with_name(data_dir.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _own(unfinished, account)
    done = subprocess.run(
        [
            _require("mariadb-install-db"),
            "--no-defaults",
            f"--datadir={unfinished}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *(
                f"--{name}={DEFAULT_SETTINGS[name]}"
                for name in ("innodb-log-file-size", "innodb-use-native-aio")
            ),
        ],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
        **_as_user(account),
    )
    if done.returncode != 0:
        raise LandfallError(f"mariadb-install-db failed for {data_dir}: {_errors(done.stderr)}")
    unfinished.rename(data_dir)


def _shut_down(process: psutil.Process) -> None:
    """Stop a server in an orderly way, or by force if that takes too long."""
    try:
        process.terminate()
        process.wait(_STOP_SECONDS)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(_STOP_SECONDS)


def _last_words(log_file: Path) -> str:
    return _errors(log_file.read_text(errors="replace"))


def _errors(log: str) -> str:
    lines = log.strip().splitlines()
    errors = [line for line in lines if "[ERROR]" in line and "Aborting" not in line]
    return (errors or lines or ["no word in its log"])[-1]
