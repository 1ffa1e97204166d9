"""The replica of DMS against a live MariaDB: what it writes, and that killing it loses nothing."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingestion.bronze.lake import open_lake
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.errors import LandfallError
from ingestion.home import Home
from ingestion.mysql.connection import connect
from ingestion.mysql.connection import rows as query
from ingestion.replica.task import Progress, Task
from tests.e2e.tables import rows, table_task


class Mysql:
    """A database of a test's own, and tasks over its tables."""

    def __init__(self, server: MariadbServer, home: Home) -> None:
        self.server = server
        self.home = home
        self.name = f"test_{uuid.uuid4().hex[:12]}"
        admin = connect(server.dsn())
        query(admin, f"create database {self.name}")
        admin.close()
        self.dsn = server.dsn(self.name)
        self.connection = connect(self.dsn)

    def execute(self, *statements: str) -> list[tuple[object, ...]]:
        """Each in a transaction of its own; rows of the last."""
        found: list[tuple[object, ...]] = []
        for statement in statements:
            found = query(self.connection, statement)
        return found

    def task(self, *tables: str, **s3_settings: object) -> Task:
        return table_task(self.dsn, self.home, *tables, engine="mysql", schema=self.name, **s3_settings)

    def replicate(self, *tables: str, reload: bool = False, **s3_settings: object) -> Progress:
        return self.task(*tables, **s3_settings).run(follow=False, reload=reload)

    def bronze(self, table: str, sql: str = "select * exclude (filename)") -> list[tuple[object, ...]]:
        return rows(self.home, table, sql)


@pytest.fixture
def mysql(mariadb: MariadbServer, home: Home) -> Iterator[Mysql]:
    made = Mysql(mariadb, home)
    yield made
    made.execute(f"drop database {made.name}")
    made.connection.close()


# by type: values with what often goes wrong, and what bronze has of them, as DuckDB spells it
TYPES: dict[str, dict[str, str | None]] = {
    "tinyint(1)": {"1": "1", "0": "0", "-128": "-128"},
    "tinyint unsigned": {"255": "255"},
    "smallint unsigned": {"65535": "65535"},
    "smallint": {"-32768": "-32768"},
    "mediumint unsigned": {"16777215": "16777215"},
    "mediumint": {"-8388608": "-8388608"},
    "int unsigned": {"4294967295": "4294967295"},
    "int(8) zerofill": {"42": "42"},
    "bigint unsigned": {"18446744073709551615": "18446744073709551615"},
    "bigint": {"-9223372036854775808": "-9223372036854775808"},
    "decimal(10,2)": {"-12345678.90": "-12345678.90", "0": "0.00", "-0.01": "-0.01"},
    "decimal(38,10)": {"1234567890123456789012345678.0123456789": "1234567890123456789012345678.0123456789"},
    "decimal(65,30)": {
        "-12345678901234567890123456789012345.012345678901234567890123456789": (
            "-12345678901234567890123456789012345.012345678901234567890123456789"
        )
    },
    "decimal(9,9)": {"0.000000001": ".000000001"},
    "float": {"32.380001": "32.380001068115234", "1.17549435e-38": "1.1754943508222875e-38"},
    "double": {"0.1": "0.1", "1.7976931348623157e308": "1.7976931348623157e+308", "1e16": "1e+16"},
    "bit(1)": {"b'1'": "true", "b'0'": "false"},
    "bit(5)": {"b'10101'": r"\x15"},
    "bit(64)": {f"b'1{'0' * 62}1'": r"\x80\x00\x00\x00\x00\x00\x00\x01"},
    "year": {"2024": "2024", "0": "0", "1901": "1901"},
    "date": {
        "'2024-02-29'": "2024-02-29",
        "'9999-12-31'": "9999-12-31",
        "'0000-00-00'": None,
        "'2024-00-15'": None,
        "'2024-01-00'": None,
    },
    "datetime": {"'2018-01-02 03:04:05'": "2018-01-02 03:04:05", "'0000-00-00 00:00:00'": None},
    "datetime(1)": {"'1000-01-01 00:00:00.9'": "1000-01-01 00:00:00.9"},
    "datetime(6)": {
        "'9999-12-31 23:59:59.999999'": "9999-12-31 23:59:59.999999",
        "'2024-00-00 01:02:03.4'": None,
    },
    "timestamp null": {
        "'2018-01-02 03:04:05'": "2018-01-02 06:04:05",
        "'2038-01-19 00:14:07'": "2038-01-19 03:14:07",
        "'0000-00-00 00:00:00'": None,
    },
    "timestamp(3) null": {"'2018-01-02 03:04:05.678'": "2018-01-02 06:04:05.678"},
    "time": {"'-838:59:59'": "-838:59:59", "'25:00:01'": "25:00:01", "'00:00:00'": "00:00:00"},
    "time(1)": {"'-00:00:00.5'": "-00:00:00.5", "'-01:02:03.2'": "-01:02:03.2"},
    "time(3)": {"'-01:02:03.201'": "-01:02:03.201"},
    "time(6)": {"'838:59:58.999999'": "838:59:58.999999", "'-00:00:01.000001'": "-00:00:01.000001"},
    "char(5)": {"'ab'": "ab", "''": "", "'NULL'": "NULL"},
    "char(5) character set latin1": {"'é'": "é"},
    "varchar(300)": {
        "'two\\nlines, \"quoted\" 🎉 \\\\N'": 'two\nlines, "quoted" 🎉 \\N',
        "' padded '": " padded ",
    },
    "varchar(20) character set latin1": {"0x80E98190": "€é\x81\x90"},
    "varchar(20) character set koi8r": {"'Привет'": "Привет"},
    "varchar(20) character set ucs2": {"'ñ🎉'": "ñ?"},
    "varchar(20) character set sjis": {"'日本'": "日本"},
    "varchar(20) collate uca1400_ai_ci": {"'naïve ☃'": "naïve ☃"},
    "varchar(100) compressed": {"'short'": "short", "repeat('long ', 20)": "long " * 20},
    "tinytext": {"'t'": "t"},
    "text": {"repeat('ü', 20000)": "ü" * 20000},
    "mediumtext": {"'m'": "m"},
    "longtext character set latin1": {"'ß'": "ß"},
    "json": {"""'{"a" :  [1, null]}'""": '{"a" :  [1, null]}'},
    "enum('a','ü','c,d')": {"'ü'": "ü", "'c,d'": "c,d", "''": ""},
    "enum('a','ü') character set latin1": {"'ü'": "ü"},
    "set('x','y','ü')": {"'ü,x'": "x,ü", "''": ""},
    "binary(4)": {"0x00ff": r"\x00\xFF\x00\x00"},
    "varbinary(10)": {"0x0001": r"\x00\x01", "''": ""},
    "blob": {"0x00ff5c00": r"\x00\xFF\x5C\x00"},
    "blob compressed": {"repeat(0x00ff, 100)": r"\x00\xFF" * 100},
    "uuid": {
        "'6ccd780c-baba-1026-9564-5b8c65602400'": "6ccd780c-baba-1026-9564-5b8c65602400",
        "'00000000-0000-0000-0000-000000000000'": "00000000-0000-0000-0000-000000000000",
    },
    "inet6": {"'::ffff:1.2.3.4'": "::ffff:1.2.3.4", "'::'": "::"},
    "inet4": {"'10.0.0.0'": "10.0.0.0"},
    "point": {"point(1,2)": r"\x00\x00\x00\x00\x01\x01" + r"\x00" * 9 + r"\xF0?" + r"\x00" * 7 + "@"},
}


def test_full_load_and_log_write_the_same_value_for_every_type(mysql: Mysql) -> None:
    columns = {kind: f"c{at}" for at, kind in enumerate(TYPES)}
    declared = ", ".join(f"{name} {kind}" for kind, name in columns.items())
    mysql.execute(
        # the session's own zone and mode must not matter
        "set sql_mode = '', time_zone = '-03:00'",
        f"create table t (id int primary key, {declared}, twice int as (id * 2) stored, "
        "thrice int as (id * 3) virtual) default charset utf8mb4",
    )
    most = max(len(values) for values in TYPES.values())
    expected: list[list[str | None]] = []
    for at in range(most):
        picked = [
            list(values.items())[at] if at < len(values) else ("null", None) for values in TYPES.values()
        ]
        expected.append([spelled for _, spelled in picked])
        texts = ", ".join(value for value, _ in picked)
        mysql.execute(f"insert into t ({', '.join(('id', *columns.values()))}) values ({at}, {texts})")
    mysql.execute("insert into t (id) values (99)")
    expected.append([None] * len(TYPES))
    assert mysql.replicate("t").loaded_rows == {"t": most + 1}
    mysql.execute("update t set id = id + 100")
    assert mysql.replicate("t").changes == most + 1
    names = ", ".join(f"{name}::varchar" for name in columns.values())
    found = mysql.bronze("t", f"select id, twice, thrice, {names}")
    by_id = {row[0]: row for row in found}
    for at, values in zip([*range(most), 99], expected, strict=True):
        loaded, logged = by_id[at], by_id[at + 100]
        for kind, wanted, load, log in zip(TYPES, values, loaded[3:], logged[3:], strict=True):
            assert (load, log) == (wanted, wanted), (kind, at)
        assert loaded[1:3] == (at * 2, at * 3) and logged[1:3] == ((at + 100) * 2, (at + 100) * 3)


def test_bronze_has_the_types_that_dms_gives(mysql: Mysql) -> None:
    bronze = {
        "tinyint(1)": "TINYINT", "tinyint unsigned": "UTINYINT", "smallint unsigned": "USMALLINT",
        "mediumint": "INTEGER", "mediumint unsigned": "UINTEGER", "int unsigned": "UINTEGER",
        "bigint unsigned": "UBIGINT", "decimal(10,2) unsigned": "DECIMAL(10,2)", "decimal(40,2)": "VARCHAR",
        "float": "DOUBLE", "bit(1)": "BOOLEAN", "bit(9)": "BLOB", "year": "SMALLINT", "date": "DATE",
        "datetime": "TIMESTAMP", "timestamp(6) null": "TIMESTAMP", "time": "VARCHAR", "json": "VARCHAR",
        "enum('a')": "VARCHAR", "set('a')": "VARCHAR", "binary(1)": "BLOB", "longblob": "BLOB",
    }  # fmt: skip
    columns = ", ".join(f"c{at} {kind}" for at, kind in enumerate(bronze))
    mysql.execute(f"create table t (id int primary key, {columns})", "insert into t (id) values (1)")
    mysql.replicate("t")
    mysql.execute("update t set id = 2")
    mysql.replicate("t")
    keys = list(open_lake(mysql.home.lake).keys("t/"))
    assert len(keys) == 2
    names = ", ".join(f"typeof(c{at})" for at in range(len(bronze)))
    for row in mysql.bronze("t", f"select {names}"):
        assert dict(zip(bronze, row, strict=True)) == bronze


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
    # without a key there is no telling rows apart, but all that the log holds is there
    assert mysql.bronze("bag", 'select "Op", n') == [("I", 1), ("I", 1), ("U", 2), ("D", 1)]


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
