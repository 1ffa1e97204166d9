from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pymysql
import pytest

from ingestion.demo.mariadb_server import MariadbServer
from ingestion.errors import LandfallError
from ingestion.mysql.connection import connect, rows

RUN_AND_WAIT = """
import sys, time
from pathlib import Path
from ingestion.demo.mariadb_server import MariadbServer
MariadbServer(Path(sys.argv[1])).start()
print("ready", flush=True)
time.sleep(60)
"""


def ask(server: MariadbServer, query: str) -> list[tuple[object, ...]]:
    opened = connect(server.dsn())
    try:
        return rows(opened, query)
    finally:
        opened.close()


def test_data_outlive_the_server_and_a_killed_owner(tmp_path: Path) -> None:
    data = tmp_path / "a place with blanks" / "data"
    with subprocess.Popen(
        [sys.executable, "-c", RUN_AND_WAIT, str(data)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None and owner.stdout.readline() == "ready\n"
        server = MariadbServer(data)
        ask(server, "create table kept as select 42 as answer")
        pid = int((data / "mariadbd.pid").read_text())
        os.kill(owner.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the server outlived its owner"
        time.sleep(0.05)
    with server:
        assert ask(server, "select answer from kept") == [(42,)]
        # ready for its log to be read, and for nobody but this machine's own
        wanted = "@@binlog_format, @@binlog_row_image, @@binlog_row_metadata, @@log_bin, @@skip_networking"
        assert ask(server, f"select {wanted}") == [("ROW", "FULL", "FULL", 1, 1)]
        # another that starts on the directory takes its place, as after a crash of the owner
        with MariadbServer(data) as second:
            assert ask(second, "select answer from kept") == [(42,)]
    with pytest.raises(LandfallError, match="cannot connect to MySQL"):
        ask(server, "select 1")


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_text("")
    with pytest.raises(LandfallError, match="neither empty nor the data of a MariaDB server"):
        MariadbServer(tmp_path / "data").start()
    with pytest.raises(LandfallError, match="unknown variable 'no-such-option"):
        MariadbServer(tmp_path / "other", {"no-such-option": "1"}).start()


def test_without_its_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.demo.mariadb_server.shutil.which", lambda name, path: None)
    with pytest.raises(LandfallError, match="install the package mariadb-server"):
        MariadbServer(tmp_path / "data").start()


@pytest.mark.parametrize(
    "text",
    [
        "mysql://u:p%40ss@db.example.com:3307/shop",
        "host=db.example.com port=3307 user=u password='p@ss' database=shop",
    ],
)
def test_both_kinds_of_connection_strings_are_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}

    def refuse(**arguments: object) -> None:
        given.update(arguments)
        raise pymysql.OperationalError(1045, "Access denied for user 'u'")

    monkeypatch.setattr(pymysql, "connect", refuse)
    with pytest.raises(LandfallError, match="Access denied for user 'u'") as told:
        connect(text)
    assert "p@ss" not in str(told.value)
    wanted = {"host": "db.example.com", "port": 3307, "user": "u", "password": b"p@ss", "database": "shop"}
    assert {key: given[key] for key in wanted} == wanted


@pytest.mark.parametrize(
    "text", ["mysql://u:se cret@h:port/x", "postgresql://u:secret@h/x", "secret", "host=h sslmode=secret"]
)
def test_a_connection_string_that_cannot_be_read_is_not_repeated(text: str) -> None:
    with pytest.raises(LandfallError, match="neither mysql://") as told:
        connect(text)
    assert "secret" not in str(told.value) and "se cret" not in str(told.value)
