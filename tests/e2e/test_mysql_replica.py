"""The replica of DMS against a live MariaDB: what it writes, and that killing it loses nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest

from ingestion.bronze.lake import open_lake
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.errors import LandfallError
from ingestion.home import Home
from ingestion.mysql.connection import connect
from ingestion.mysql.connection import rows as query
from tests.e2e.conftest import landfall
from tests.e2e.tables import rows, table_task
from tests.mysql import Mysql


def test_changes_are_written_as_dms_writes_them(mysql: Mysql) -> None:
    mysql.execute(
        "create table t (a int, b int, v text, primary key (a, b))",
        "create table u (id int primary key)",
        "create table bag (n int)",
    )
    mysql.replicate("t", "u", "bag")
    assert not list(open_lake(mysql.home.lake).keys("")), "an empty table has no folder"
    mysql.execute(
        "begin", "insert into t values (1, 1, 'x')", "insert into u values (5)", "update t set v = 'y'",
        "commit",
        "begin", "insert into t values (9, 9, 'never')", "rollback",
        "update t set b = 2", "update t set v = 'y' where a = 1", "delete from t",
        "insert into bag values (1), (1)", "update bag set n = 2 limit 1", "delete from bag where n = 1",
    )  # fmt: skip
    mysql.replicate("t", "u", "bag")
    changes = mysql.bronze("t", 'select "Op", a, b, v, before_a, before_b, seq, _dms_timestamp')
    assert [change[:6] for change in changes] == [
        ("I", 1, 1, "x", None, None),
        ("U", 1, 1, "y", None, None),
        ("U", 1, 2, "y", 1, 1),
        ("D", 1, 2, "y", None, None),  # MySQL's log has whole old rows
    ]
    counters = [int(str(change[6])[16:]) for change in changes]
    # as on PostgreSQL: 65 is u's; a rollback takes none, nor does an update that changes nothing
    assert counters == [61, 69, 81, 93]
    ((other_sequence,),) = mysql.bronze("u", "select seq")
    assert int(str(other_sequence)[16:]) == 65
    for change in changes:
        moment = str(change[7])
        assert str(change[6])[:16] == moment.translate(str.maketrans("", "", "-: ."))[:16]
    # without a key nothing tells rows apart: inserts alone, as from PostgreSQL
    assert mysql.bronze("bag", 'select "Op", n') == [("I", 1), ("I", 1)]


def test_the_layout_changes_and_each_row_keeps_the_one_that_it_was_written_with(mysql: Mysql) -> None:
    mysql.execute(
        "create table t (id int primary key, a enum('x','y'), b int)", "insert into t values (0, 'x', 0)"
    )
    mysql.replicate("t")
    mysql.execute(
        "insert into t values (1, 'y', 1)",
        "alter table t add c varchar(10) default 'c' first",
        "insert into t (id, a, b) values (2, 'x', 2)",
        "alter table t modify a enum('z','y','x')",
        "update t set a = 'z' where id = 2",
        "alter table t drop b",
        "delete from t where id < 2",
        "insert into t (id, a) values (3, 'y')",
        "alter table t change a renamed enum('z','y','x'), modify id bigint",
        "update t set id = 4 where id = 3",
        "alter table t drop primary key, add primary key (renamed)",
        "delete from t where id = 4",
        "truncate t",
        "insert into t (id, renamed) values (5, 'x')",
        "rename table t to gone",
        "insert into gone (id, renamed) values (6, 'y')",
        "create table t (id int primary key)",
        "insert into t values (7)",
    )
    mysql.replicate("t")
    assert mysql.bronze("t", 'select "Op", id, a, b, c, renamed, before_id, before_renamed')[1:] == [
        ("I", 1, "y", 1, None, None, None, None),
        ("I", 2, "x", 2, "c", None, None, None),
        ("U", 2, "z", 2, "c", None, None, None),
        ("D", 0, "x", None, "c", None, None, None),
        ("D", 1, "y", None, "c", None, None, None),
        ("I", 3, "y", None, "c", None, None, None),
        ("U", 4, None, None, "c", "y", 3, None),
        ("D", 4, None, None, "c", "y", None, None),
        # the log tells of a TRUNCATE, but as with DMS on S3 bronze keeps what it has: reconcile tells
        ("I", 5, None, None, "c", "x", None, None),
        ("I", 7, None, None, None, None, None, None),
    ]


def test_a_commit_never_seems_earlier_than_one_before_it_or_than_the_load(mysql: Mysql) -> None:
    """The log has the second in which a statement began: `set timestamp` stands in for one that waited
    for a lock."""
    mysql.execute("create table t (id int primary key, v int)", "insert into t values (1, 0)")
    mysql.replicate("t")
    mysql.execute("set timestamp = unix_timestamp() - 3600", "update t set v = 1", "set timestamp = default")
    mysql.execute("update t set v = 2")
    mysql.replicate("t")
    mysql.execute("set timestamp = unix_timestamp() - 1800", "update t set v = 3", "set timestamp = default")
    mysql.execute(
        "set timestamp = unix_timestamp() + 86400 * 9", "update t set v = 4", "set timestamp = default"
    )
    mysql.execute("create table u (id int primary key, v int)", "insert into u values (1, 0)")
    mysql.execute("update t set v = 5")
    mysql.replicate("t", "u")
    mysql.execute("set timestamp = unix_timestamp() - 900", "update u set v = 1", "set timestamp = default")
    mysql.replicate("t", "u")
    times = mysql.bronze("t", "select v, _dms_timestamp")
    assert [value for value, _ in times] == [0, 1, 2, 3, 4, 5]
    moments = [str(moment) for _, moment in times]
    assert moments == sorted(moments)
    (now,) = mysql.execute("select utc_timestamp()")
    assert moments[-1] <= f"{now[0]}.999999"
    u = mysql.bronze("u", "select v, _dms_timestamp")
    assert (u[0][0], u[-1][0]) == (0, 1) and str(u[-1][1]) >= str(u[0][1])


def test_every_shape_of_the_log_is_read(mysql: Mysql) -> None:
    mysql.execute(
        "create table t (id int primary key, v text) engine=innodb",
        "create table m (id int primary key) engine=myisam",
    )
    mysql.replicate("t", "m")
    mysql.execute(
        "insert into m values (1), (2)",
        "set global log_bin_compress = on, global log_bin_compress_min_len = 10",
        "insert into t values (1, repeat('long ', 1000))",
        "update t set v = concat(v, '!')",
        "create table elsewhere (id int)",
        "set global log_bin_compress = off",
        "flush binary logs",
        "begin", "insert into t values (2, 'two')", "savepoint s", "insert into t values (3, 'three')",
        "rollback to s", "insert into t values (4, 'four')", "commit",
        "xa start 'x'", "insert into elsewhere values (1)", "xa end 'x'", "xa prepare 'x'", "xa commit 'x'",
        "insert into t values (5, 'five') on duplicate key update v = 'six'",
        "replace into t values (5, 'seven')",
        "delete from m where id = 1",
    )  # fmt: skip
    # a row of more than 16 MB comes in several packets
    mysql.execute("insert into t values (6, '')", "update t set v = repeat('x', 60000) where id = 6")
    mysql.execute("set global max_allowed_packet = 64 * 1024 * 1024", "alter table t modify v longtext")
    big = connect(mysql.dsn)
    query(big, "update t set v = repeat('y', 17 * 1024 * 1024) where id = 6")
    big.close()
    mysql.execute("set global max_allowed_packet = default")
    mysql.replicate("t", "m")
    assert mysql.bronze("m", 'select "Op", id') == [("I", 1), ("I", 2), ("D", 1)]
    assert mysql.bronze("t", 'select "Op", id, left(v, 5), length(v)') == [
        ("I", 1, "long ", 5000),
        ("U", 1, "long ", 5001),
        ("I", 2, "two", 3),
        ("I", 4, "four", 4),
        ("I", 5, "five", 4),
        ("U", 5, "seven", 5),
        ("I", 6, "", 0),
        ("U", 6, "xxxxx", 60000),
        ("U", 6, "yyyyy", 32 * 1024),  # a LONGTEXT is a LOB, cut at LobMaxSize
    ]


def test_what_the_log_cannot_tell_is_told_in_one_line(mysql: Mysql) -> None:
    mysql.execute("create table t (id int primary key, v int default 0) engine=innodb")
    mysql.replicate("t")
    for statements, says in (
        (
            [
                "set session binlog_format = statement",
                "insert into t (id) values (1)",
                "set session binlog_format = row",
            ],
            "a statement instead of its rows",
        ),
        (
            [
                "set session binlog_row_image = minimal",
                "update t set v = 2",
                "set session binlog_row_image = full",
            ],
            "parts of rows",
        ),
        (
            [
                "xa start 'y'",
                "insert into t (id) values (3)",
                "xa end 'y'",
                "xa prepare 'y'",
                "xa rollback 'y'",
            ],
            "a prepared XA transaction",
        ),
    ):
        mysql.execute(*statements)
        with pytest.raises(LandfallError, match=says) as told:
            mysql.replicate("t")
        assert "--reload" in str(told.value)
        mysql.replicate("t", reload=True)
    for change, back, says in (
        ("binlog_format = mixed", "binlog_format = row", "set global binlog_format = ROW"),
        ("binlog_row_image = noblob", "binlog_row_image = full", "set global binlog_row_image = FULL"),
        (
            "binlog_row_metadata = minimal",
            "binlog_row_metadata = full",
            "set global binlog_row_metadata = FULL",
        ),
    ):
        mysql.execute(f"set global {change}")
        try:
            with pytest.raises(LandfallError, match=says):
                mysql.replicate("t")
        finally:
            mysql.execute(f"set global {back}")
    with pytest.raises(LandfallError, match=r"nope is in the registry but not in the database"):
        mysql.replicate("nope")


def test_a_user_who_may_not_is_told_the_grant(mysql: Mysql) -> None:
    mysql.execute(
        "create table t (id int primary key)",
        "insert into t values (1)",
        f"create user {mysql.name} identified by 'hunter2'",
        f"grant select on {mysql.name}.* to {mysql.name}",
    )
    own = f"user={mysql.name} password=hunter2 database={mysql.name} unix_socket={mysql.server.socket}"
    task = table_task(own, mysql.home, "t", engine="mysql", schema=mysql.name)
    for right in ("binlog monitor", "replication slave"):
        with pytest.raises(LandfallError, match="grant replication client, replication slave") as told:
            task.run(follow=False)
        assert "hunter2" not in str(told.value)
        mysql.execute(f"grant {right} on *.* to {mysql.name}")
    assert task.run(follow=False).loaded_rows == {"t": 1}
    wrong = own.replace("hunter2", "wrong1")
    with pytest.raises(LandfallError, match="Access denied") as told:
        table_task(wrong, mysql.home, "t", engine="mysql", schema=mysql.name).run(follow=False)
    assert "wrong1" not in str(told.value)
    mysql.execute(f"drop user {mysql.name}")


def test_a_log_that_is_gone_is_told_and_loaded_anew(mysql: Mysql) -> None:
    mysql.execute("create table t (id int primary key)")
    mysql.replicate("t")
    mysql.execute("insert into t values (1)", "flush binary logs", "flush binary logs")
    ((newest, *_),) = mysql.execute("show master status")

    def purged() -> bool:
        # not while the server still believes that somebody reads them
        mysql.execute(f"purge binary logs to '{newest}'")
        return len(mysql.execute("show binary logs")) == 1

    wait_until(purged)
    with pytest.raises(LandfallError, match=r"no longer has its log from .*--reload"):
        mysql.replicate("t")
    mysql.replicate("t", reload=True)
    assert mysql.bronze("t", "select id") == [(1,)]


def test_the_server_goes_away_and_comes_back_while_the_log_is_followed(home: Home, tmp_path: Path) -> None:
    server = MariadbServer(tmp_path / "server")
    with server:
        mysql = Mysql(server, home)
        mysql.execute("create table t (id int primary key)")
        config = {"ErrorBehavior": {"RecoverableErrorInterval": 1, "RecoverableErrorThrottling": False}}
        task = table_task(
            mysql.dsn,
            home,
            "t",
            engine="mysql",
            schema=mysql.name,
            task_settings=config,
            CdcMaxBatchInterval=1,
        )
        told: list[str] = []
        stop = threading.Event()
        thread = threading.Thread(
            target=task.run, kwargs={"follow": True, "stop": stop, "on_trouble": told.append}
        )
        thread.start()
        wait_until(lambda: "t" in task.progress.loaded_rows)
        mysql.execute("insert into t values (1)")
        wait_until(lambda: task.progress.changes == 1)
        server.stop()
        wait_until(lambda: any("attempt 1" in line for line in told))
        server.start()
        again = connect(mysql.dsn)
        query(again, "insert into t values (2)")
        again.close()
        wait_until(lambda: any("is back" in line for line in told))
        wait_until(lambda: task.progress.changes == 2)
        stop.set()
        thread.join(30)
    assert mysql.bronze("t", "select id") == [(1,), (2,)]


def wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_tables_come_and_go_and_two_homes_do_not_meet(mysql: Mysql, tmp_path: Path) -> None:
    other = Home(tmp_path, lake=str(tmp_path / "lake"))
    mysql.execute("create table t (id int primary key)", "create table u (id int primary key)")
    mysql.execute("insert into t values (1)", "insert into u values (1)")
    assert mysql.replicate("t", "u").loaded_rows == {"t": 1, "u": 1}
    mysql.execute("insert into u values (2)")
    assert mysql.replicate("t").loaded_rows == {}
    mysql.execute("insert into t values (2)")
    # u was not declared for a while: it is loaded again
    assert mysql.replicate("t", "u").loaded_rows == {"u": 2}
    mysql.execute("insert into u values (3)")
    table_task(mysql.dsn, other, "u", engine="mysql", schema=mysql.name).run(follow=False)
    mysql.execute("insert into u values (4)")
    mysql.replicate("t", "u")
    table_task(mysql.dsn, other, "u", engine="mysql", schema=mysql.name).run(follow=False)
    assert mysql.bronze("t", "select id") == [(1,), (2,)]
    assert mysql.bronze("u", "select id") == [(1,), (2,), (3,), (4,)]
    assert rows(other, "u", "select id") == [(1,), (2,), (3,), (4,)]


REGISTRY = """
version: 2
sources:
  - name: shop
    config: {meta: {engine: mysql, database_schema: DATABASE}}
    tables:
      - name: invoices
        config: {meta: {primary_key: [invoice_id]}}
        columns:
          - {name: invoice_id, data_type: "decimal(20,0)"}
          - {name: paid, data_type: smallint}
          - {name: total, data_type: "decimal(10,2)"}
          - {name: span, data_type: varchar}
          - {name: issued_at, data_type: timestamp}
"""


def test_the_commands_work_on_a_mysql_source(
    mysql: Mysql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mysql.execute(
        "create table invoices (invoice_id bigint unsigned primary key, paid tinyint(1), "
        "total decimal(10,2), span time, issued_at timestamp null)",
        "insert into invoices values (18446744073709551615, 1, 9.90, '-25:00:00', '2024-01-02 03:04:05')",
        "insert into invoices values (1, 0, null, null, null)",
        f"create user {mysql.name} identified by 'hünt€r2'",
        f"grant select, replication client, replication slave on *.* to {mysql.name}",
    )
    folder = tmp_path / "project" / "models" / "silver" / "shop"
    folder.mkdir(parents=True)
    declared = REGISTRY.replace("DATABASE", mysql.name)
    (folder / "_shop__sources.yml").write_text(declared.replace("smallint", "boolean"))
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path / "project"))
    monkeypatch.setenv("LANDFALL_HOME", str(tmp_path / "home"))
    assert "mysql://dms@" in landfall("replicate", "--source", "shop").stdout
    address = f"mysql://{mysql.name}:PASSWORD@localhost/{mysql.name}?unix_socket={mysql.server.socket}"
    for password, says in (
        ("wrong", "Access denied"),
        (
            quote("hünt€r2"),
            "shop.invoices.paid is tinyint(1) in the database, which bronze holds as smallint",
        ),
    ):
        monkeypatch.setenv("LANDFALL_SHOP_DSN", address.replace("PASSWORD", password))
        refused = landfall("replicate", "--source", "shop")
        assert refused.returncode == 2 and says in refused.stdout, refused.stdout + refused.stderr
        assert password not in refused.stdout + refused.stderr
    (folder / "_shop__sources.yml").write_text(declared)
    done = landfall("replicate", "--source", "shop")
    assert "loaded 2 rows of 1 tables" in done.stdout, done.stdout + done.stderr
    warehouse = tmp_path / "home" / "warehouse.duckdb"
    lake = f"{tmp_path}/home/lake/bronze"
    with duckdb.connect(str(warehouse)) as connected:
        connected.execute(
            "create schema silver; create table silver.base_shop__invoices as "
            "select invoice_id::decimal(20,0) as invoice_id, paid::smallint as paid, total, span, issued_at, "
            "false as _is_deleted "
            f"from '{lake}/shop/*/invoices/*.parquet'; create table silver.bronze_files as "
            f"select substr(file, {len(lake) + 2}) as source_file from glob('{lake}/**/*.parquet')"
        )
    same = landfall("reconcile", "--source", "shop")
    assert same.returncode == 0, same.stdout + same.stderr
    mysql.execute("update invoices set span = '-25:00:01' where invoice_id > 1")
    differs = landfall("reconcile", "--source", "shop")
    assert differs.returncode == 1
    assert "18446744073709551615" in differs.stdout and "span" in differs.stdout
    mysql.execute(f"drop user {mysql.name}")
