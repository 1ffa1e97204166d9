"""The replica of DMS against a live PostgreSQL: what it writes, and that killing it loses nothing."""

from __future__ import annotations

import subprocess
import sys
import threading

import psycopg2
import pytest
from psycopg2.extensions import connection

from ingestion.bronze.lake import open_lake
from ingestion.errors import LandfallError
from ingestion.home import REPOSITORY, Home
from ingestion.postgres.connection import scanner
from ingestion.postgres.reader import can_be_scanned
from ingestion.postgres.tables import live_tables
from tests.e2e.conftest import Shop
from tests.e2e.tables import rows, table_task

# one value a type, with what often goes wrong
VALUES = {
    "smallint": "-32768",
    "integer": "2147483647",
    "bigint": "-9223372036854775808",
    "numeric(10,2)": "-12345678.90",
    "numeric(38,10)": "1234567890123456789012345678.0123456789",
    "numeric": "0.611111104488373",
    "money": "-1234.56",
    "real": "32.380001",
    "double precision": "0.1",
    "boolean": "true",
    "char(5)": "'ab'",
    "varchar(20)": "''",
    "text": "E'two\\nlines, \"quoted\" 🎉 \\\\N'",
    "bytea": "'\\x00ff5c'",
    "date": "'2024-02-29'",
    "time": "'23:59:59.999999'",
    "timestamp": "'2018-01-02 03:04:05.678901'",
    "timestamptz": "'2018-01-02 03:04:05.6-03'",
    "interval": "'1 day 02:03:04'",
    "uuid": "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
    "json": """'{"a" :  [1, null]}'""",
    "jsonb": """'{"a" :  [1, null]}'""",
    "integer[]": "'{1,null,3}'",
    "inet": "'10.0.0.1/24'",
    "mood": "'happy'",
    "positive": "7",
    "text ": "null",
}


# those that DuckDB's scanner brings as they are; one other column sends the table through a query
SCANNED = (
    *("smallint", "integer", "bigint", "numeric(10,2)", "numeric(38,10)", "real", "double precision"),
    *("boolean", "varchar(20)", "text", "bytea", "date", "time", "timestamp", "timestamptz", "uuid", "text "),
)


@pytest.mark.parametrize("types", [tuple(VALUES), SCANNED], ids=["queried", "scanned"])
def test_full_load_and_log_write_the_same_value_for_every_type(
    database: connection, dsn: str, home: Home, types: tuple[str, ...]
) -> None:
    names = [f"c{at}" for at in range(len(types))]
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(names, types, strict=True))
    values = ", ".join(VALUES[kind] for kind in types)
    with database.cursor() as cursor:
        cursor.execute("create type mood as enum ('happy'); create domain positive as int check (value > 0)")
        cursor.execute(f"create table t (id int primary key, {columns})")
        with scanner(dsn) as reader:
            table = live_tables(database, "public", ["t"])["t"]
            assert can_be_scanned(reader, table, table.columns) == (types == SCANNED)
        cursor.execute(f"insert into t values (1, {values})")
        assert table_task(dsn, home, "t").run(follow=False).loaded_rows == {"t": 1}
        cursor.execute(f"insert into t values (2, {values})")
    assert table_task(dsn, home, "t").run(follow=False).changes == 1
    loaded, logged = rows(home, "t", f"select {', '.join(names)}")
    assert loaded == logged
    by_type = dict(zip(types, loaded, strict=True))
    # what DMS makes of them
    if types != SCANNED:
        assert str(by_type["numeric"]) == "0.611111"
        assert by_type["char(5)"] == "ab   "
    assert by_type["boolean"] == "true"
    assert str(by_type["timestamptz"]) == "2018-01-02 06:04:05.600000"
    assert by_type["varchar(20)"] == "" and by_type["text "] is None
    assert by_type["bytea"] == b"\x00\xff\x5c"


# what has no place in bronze is null, what has keeps its value, on both paths
EDGES = {
    "numeric(10,2)": {"'NaN'": None},
    "numeric": {
        "'NaN'": None,
        "'Infinity'": None,
        "'-Infinity'": None,
        "1e22": None,
        "-9e21": "-9" + "0" * 21,
    },
    "date": {"'infinity'": "infinity", "'0044-03-15 BC'": "0044-03-15 (BC)", "'12024-01-02'": "12024-01-02"},
    "timestamp": {
        "'-infinity'": "-infinity",
        "'0044-03-15 12:00:00.5 BC'": "0044-03-15 (BC) 12:00:00.5",
    },
    "timestamptz": {
        "'infinity'": "infinity",
        "'0044-03-15 12:00:00.5+00 BC'": "0044-03-15 (BC) 12:00:00.5",
    },
    "double precision": {"'NaN'": "nan", "'-Infinity'": "-inf", "5e-324": "5e-324"},
}


@pytest.mark.parametrize("kind", EDGES)
def test_edges_of_a_type_are_the_same_from_load_and_log(
    database: connection, dsn: str, home: Home, kind: str
) -> None:
    values = ", ".join(f"({at}, {value}::{kind})" for at, value in enumerate(EDGES[kind]))
    with database.cursor() as cursor:
        cursor.execute(f"create table t (id int primary key, v {kind}); insert into t values {values}")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("update t set id = id + 100")
    table_task(dsn, home, "t").run(follow=False)
    found = rows(home, "t", "select id % 100, v::varchar")
    if kind == "numeric":
        found = [(at, str(value).removesuffix(".000000") if value else value) for at, value in found]
    expected = list(enumerate(EDGES[kind].values()))
    assert sorted(found, key=str) == sorted(expected * 2, key=str)


def test_changes_are_written_as_dms_writes_them(database: connection, dsn: str, home: Home) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "create table t (a int, b int, v text, primary key (a, b)); create table u (id int primary key)"
        )
        table_task(dsn, home, "t", "u").run(follow=False)
        assert not list(open_lake(home.lake).keys("")), "an empty table has no folder"
        cursor.execute(
            "begin; insert into t values (1, 1, 'x'); insert into u values (5); update t set v = 'y'; commit"
        )
        cursor.execute("begin; insert into t values (9, 9, 'never'); rollback")
        cursor.execute("update t set b = 2; delete from t")
    table_task(dsn, home, "t", "u").run(follow=False)
    changes = rows(home, "t", 'select "Op", a, b, v, before_a, before_b, seq, _dms_timestamp')
    assert [change[:6] for change in changes] == [
        ("I", 1, 1, "x", None, None),
        ("U", 1, 1, "y", None, None),
        ("U", 1, 2, "y", 1, 1),
        ("D", 1, 2, None, None, None),
    ]
    counters = [int(str(change[6])[16:]) for change in changes]
    # 61 at first, 4 within a transaction (65 is u's), 12 to the next; a rollback takes none
    assert counters == [61, 69, 81, 85]
    ((other_sequence,),) = rows(home, "u", "select seq")
    assert int(str(other_sequence)[16:]) == 65
    for change in changes:
        moment = str(change[7])
        assert str(change[6])[:16] == moment.translate(str.maketrans("", "", "-: ."))[:16]
    assert len({change[7] for change in changes[:2]}) == 1


def test_a_toasted_value_that_an_update_left_alone_is_looked_up(
    database: connection, dsn: str, home: Home
) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key, n int, big text)")
        cursor.execute("alter table t alter big set storage external")
        cursor.execute("insert into t values (1, 1, repeat('long ', 5000))")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("update t set n = 2")
    table_task(dsn, home, "t").run(follow=False)
    assert rows(home, "t", "select \"Op\", n, big = repeat('long ', 5000)") == [
        ("I", 1, True),
        ("U", 2, True),
    ]


def test_a_toasted_column_that_has_been_dropped_since_does_not_stop_the_replica(
    database: connection, dsn: str, home: Home
) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key, n int, big text, other text)")
        cursor.execute("alter table t alter big set storage external, alter other set storage external")
        cursor.execute("insert into t values (1, 1, repeat('long ', 5000), repeat('x', 9000))")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("update t set n = 2")
        cursor.execute("alter table t drop big")
        cursor.execute("update t set n = 3")
        cursor.execute("create table u (id int primary key)")
        cursor.execute("drop table t")
    table_task(dsn, home, "u").run(follow=False)
    assert rows(home, "t", 'select "Op", n, length(big), length(other)')[1:] == [
        ("U", 2, None, None),
        ("U", 3, None, None),
    ]


def test_a_reload_killed_between_slot_and_checkpoint_loses_nothing(shop: Shop) -> None:
    shop.replicate()
    shop.execute("update sellers set seller_city = 'moved'")
    assert killed(shop.dsn, shop.home, 1, reload=True)
    shop.execute("delete from order_reviews where ctid in (select ctid from order_reviews limit 3)")
    shop.replicate()
    shop.build()
    assert shop.differences() == {}


def test_files_close_by_size_within_one_transaction(database: connection, dsn: str, home: Home) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key, v text)")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("insert into t select n, repeat('x', 1000) from generate_series(1, 3000) as n")
    done = table_task(dsn, home, "t", CdcMinFileSize=1000).run(follow=False)
    assert (done.changes, done.files) == (3000, 3)
    assert len({name for (name,) in rows(home, "t", "select filename")}) == 3


def test_follow_writes_files_by_age_and_all_of_them_when_stopped(
    database: connection, dsn: str, home: Home
) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key)")
        task = table_task(dsn, home, "t", CdcMaxBatchInterval=1)
        stop = threading.Event()
        first_file = threading.Event()
        thread = threading.Thread(
            target=task.run,
            kwargs={
                "follow": True,
                "stop": stop,
                "on_progress": lambda progress: first_file.set() if progress.files else None,
            },
        )
        thread.start()
        cursor.execute("select count(*) from pg_replication_slots")
        while not task.progress.loaded_rows:
            thread.join(0.05)
        cursor.execute("insert into t values (1)")
        assert first_file.wait(20), "no file although its first change is older than the interval"
        cursor.execute("insert into t values (2)")
        stop.set()
        thread.join(20)
    assert rows(home, "t", "select id") == [(1,), (2,)]
    assert task.progress.lag_bytes == 0


def killed(dsn: str, home: Home, instant: int, *, reload: bool = False) -> bool:
    """Runs the shop's task in a process of its own that SIGKILLs itself at its n-th step towards
    disk (before or after a file is published, before or after a checkpoint). False: it finished."""
    arguments = [dsn, str(home.path), str(instant), *(["reload"] if reload else [])]
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.killed_replica", *arguments], cwd=REPOSITORY, check=False
    )
    assert done.returncode in (0, -9)
    return done.returncode == -9


def test_killed_at_any_instant_nothing_is_lost_and_nothing_doubled(shop: Shop) -> None:
    # in the middle of the load: each of the nine tables has four instants, and each run goes on
    for instant in (1, 2, 7, 16, 9):
        assert killed(shop.dsn, shop.home, instant)
        shop.execute(
            f"update customers set customer_city = 'during load {instant}'",
            "delete from order_reviews where ctid in (select ctid from order_reviews limit 3)",
        )
    shop.replicate()
    shop.build()
    assert shop.differences() == {}
    # in the middle of files of changes
    for instant in range(1, 9):
        shop.execute(
            f"update customers set customer_state = 'X{instant}'",
            f"insert into sellers values ('new seller {instant}', '1', 'x', 'SP')",
            "delete from order_payments where ctid in (select ctid from order_payments limit 2)",
        )
        assert killed(shop.dsn, shop.home, instant)
        if instant % 3 == 0:
            shop.build()
    shop.replicate()
    shop.build()
    assert shop.differences() == {}
    doubled = shop.query(
        "select customer_id from silver.base_olist__customers group by customer_id having count(*) > 1"
    )
    assert doubled == []


def test_two_replicas_of_one_task_are_refused(shop: Shop) -> None:
    stop = threading.Event()
    first = shop.task()
    thread = threading.Thread(target=first.run, kwargs={"follow": True, "stop": stop})
    thread.start()
    try:
        while not first.progress.loaded_rows:
            thread.join(0.05)
        with pytest.raises(LandfallError, match="already running"):
            shop.replicate()
    finally:
        stop.set()
        thread.join(20)


def test_a_full_load_while_the_source_is_written_to(shop: Shop) -> None:
    stop = threading.Event()

    def write() -> None:
        with psycopg2.connect(shop.dsn) as own, own.cursor() as cursor:
            at = 0
            while not stop.is_set():
                at += 1
                cursor.execute(
                    f"update orders set order_status = 's{at}' "
                    "where ctid in (select ctid from orders limit 50);"
                    f"insert into sellers values ('s{at}', '1', 'x', 'SP');"
                    # no table is ever empty: a load of none leaves no file, with DMS too
                    f"delete from sellers where seller_id = 's{at - 20}'"
                )
                own.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        shop.replicate()
        shop.replicate(reload=True)
    finally:
        stop.set()
        writer.join()
    shop.replicate()
    shop.build()
    assert shop.differences() == {}
