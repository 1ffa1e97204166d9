"""A log that never rests, and statements that it holds in ways of their own."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ingestion.errors import LandfallError
from ingestion.mysql.connection import connect
from ingestion.mysql.connection import rows as query
from tests.mysql import Mysql


def test_a_run_ends_though_the_server_never_rests(mysql: Mysql) -> None:
    mysql.execute("create table t (id int primary key)", "create table busy (id int primary key, n int)")
    mysql.execute("insert into busy values (1, 0)")
    mysql.replicate("t")
    mysql.execute("insert into t values (1)")
    enough = threading.Event()

    def write() -> None:
        own = connect(mysql.dsn)
        while not enough.is_set():
            query(own, "update busy set n = n + 1")
        own.close()

    writer = threading.Thread(target=write)
    writer.start()
    run = threading.Thread(target=mysql.replicate, args=("t", "busy"))
    try:
        run.start()
        run.join(30)
        ended = not run.is_alive()
    finally:
        enough.set()
        writer.join()
        run.join()
    assert ended
    assert mysql.bronze("t", "select id") == [(1,)]
    # it ended with a whole transaction: what follows goes on from there
    mysql.replicate("t", "busy")
    (last,) = mysql.execute("select n from busy")
    assert mysql.bronze("busy", "select n")[-1] == last


def test_loaded_data_in_a_session_of_statements_are_refused(mysql: Mysql, tmp_path: Path) -> None:
    mysql.execute("create table stock (id int primary key)", "create table other (id int primary key)")
    mysql.replicate("stock")
    for name, numbers in (("other", range(3)), ("stock", range(50_000))):
        file = tmp_path / f"{name}.csv"
        file.write_text("\n".join(map(str, numbers)))
        for path in (*file.parents, file):
            path.chmod(path.stat().st_mode | (0o5 if path.is_dir() else 0o4))
        mysql.execute(
            "set session binlog_format = statement",
            f"load data infile '{file}' into table {name}",
            "set session binlog_format = row",
        )
        if name == "other":
            # it does not concern the task
            mysql.replicate("stock")
    with pytest.raises(LandfallError, match=r"a statement instead of its rows .*--reload"):
        mysql.replicate("stock")
    assert mysql.replicate("stock", reload=True).loaded_rows == {"stock": 50_000}


def test_a_system_versioned_table_is_refused_in_one_line(mysql: Mysql) -> None:
    mysql.execute("create table t (id int primary key, v int) with system versioning")
    with pytest.raises(LandfallError, match=r"\.t is system-versioned.*drop system versioning"):
        mysql.replicate("t")
    mysql.execute("alter table t drop system versioning", "insert into t values (1, 1)")
    assert mysql.replicate("t").loaded_rows == {"t": 1}
