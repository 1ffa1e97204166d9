"""A MariaDB server of our own in a data directory, beside whatever the system runs.

The binaries are the system's (package `mariadb-server`); nothing is installed here.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pymysql

from ingestion.demo.server import Account, SampleServer
from ingestion.errors import LandfallError

# MariaDB refuses to run as root; started as root we run it as the user that its package makes.
SYSTEM_USER = "mysql"


def installed() -> bool:
    """Whether this machine has the server's programs."""
    return _program("mariadbd") is not None


class MariadbServer(SampleServer):
    """See SampleServer; `dsn()` is an address as LANDFALL_<SOURCE>_DSN has it."""

    product = "MariaDB"
    default_settings: ClassVar[Mapping[str, str]] = {
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
    marker = "mysql"
    pid_file = "mariadbd.pid"
    stop_signal = signal.SIGTERM
    orphan_signal = signal.SIGKILL
    trouble = r"\[ERROR\](?!.*Aborting)"

    @property
    def socket(self) -> Path:
        """Its Unix socket."""
        return self.socket_dir / "mariadb.sock"

    def dsn(self, database: str = "mysql") -> str:
        return f"mysql://root@localhost/{database}?unix_socket={self.socket}"

    def account(self) -> Account:
        if os.geteuid() != 0:
            return Account(None, None)
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise LandfallError(
                f"no user '{SYSTEM_USER}', which the package mariadb-server makes: install it"
            ) from None
        for folder in self.data_dir.parents:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                folder.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)
        return Account(entry.pw_uid, entry.pw_gid)

    def make_data(self, folder: Path) -> list[str]:
        command = [_require("mariadb-install-db"), "--no-defaults", f"--datadir={folder}"]
        command += ["--auth-root-authentication-method=normal", "--skip-test-db"]
        needed = ("innodb-log-file-size", "innodb-use-native-aio")
        return command + [f"--{name}={self.default_settings[name]}" for name in needed]

    def command(self) -> list[str]:
        settings = {
            **self.settings,
            "datadir": str(self.data_dir),
            "socket": str(self.socket),
            "pid-file": str(self.data_dir / self.pid_file),
        }
        # --no-defaults: what the system's own server is told does not concern this one
        command = [_require("mariadbd"), "--no-defaults", "--skip-networking"]
        return command + [f"--{name}={value}" for name, value in settings.items()]

    def answers(self) -> bool:
        try:
            pymysql.connect(unix_socket=str(self.socket), user="root", connect_timeout=5).close()
        except pymysql.MySQLError:
            return False
        return True


def _program(name: str) -> str | None:
    # the server lies where only root looks for programs
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/usr/bin")


def _require(name: str) -> str:
    found = _program(name)
    if found is None:
        raise LandfallError(f"no {name} on this machine: install the package mariadb-server")
    return found
