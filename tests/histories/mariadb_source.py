"""MariaDB as the source of histories.

Its log tells the second of a commit and no more, so an instant of history holds all states of a second.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import duckdb
import pymysql
from pymysql.connections import Connection

from ingestion.demo.mariadb_server import MariadbServer
from ingestion.home import REPOSITORY
from ingestion.mysql.connection import connect, rows, sql_name
from ingestion.mysql.reader import MysqlReader
from ingestion.mysql.tables import live_tables
from ingestion.registry import find_source
from ingestion.sql import sql_name as duckdb_name
from tests.histories.engines import KEYED, FailedStatement, History, State
from tests.histories.postgres_source import PROJECT
from tests.histories.steps import KEYS, TEMPORARY, Ddl, Delete, Insert, Rekey, Statement, Swap, Table, Update

# Edge values by column, as SQL.
VALUES: dict[str, dict[str, list[str]]] = {
    "things": {
        "label": ["'a'", "''", "null", r"'two\nlines, \"quoted\"\t\\N'", "'🎉 ñ'", "'NULL'", "' padded '"],
        "large": ["repeat('long ', 3000)", "repeat('Ünïcödé ', 2000)", "'short'", "null", "''"],
        "latin": ["'é'", "0x80FFA4", "''", "null"],
        "amount": ["0", "null", "-999999999.999", "999999999.999", "0.001"],
        "wide": ["'-12345678901234567890123456789012345.0123456789'", "null", "0"],
        "serial": ["18446744073709551615", "0", "null", "9223372036854775808"],
        "small": ["255", "0", "null"],
        "is_open": ["1", "0", "-128", "null"],
        "total": ["0", "null", "2147483647", "-2147483648"],
        "ratio": ["0", "null", "0.1", "-1.5", "1e-307", "1.7976931348623157e308"],
        "ratio4": ["0", "null", "32.380001", "3.4028234e38", "1e-37"],
        "happened_at": ["'2018-01-02 03:04:05.678901'", "null", "'0000-00-00'", "'1000-01-01'",
                        "'9999-12-31 23:59:59.999999'", "'2024-00-15 01:02:03'"],
        "happened_ts": ["'2018-01-02 03:04:05.678'", "null", "'0000-00-00'", "'2038-01-19 03:14:07.999'"],
        "day": ["'2024-02-29'", "null", "'0000-00-00'", "'9999-12-31'", "'2024-02-00'"],
        "span": ["'-838:59:59'", "null", "'25:00:00.5'", "'-00:00:00.001'"],
        "born": ["2024", "null", "0", "1901"],
        "flag": ["b'1'", "b'0'", "null"],
        "flags": ["b'101010101'", "null", "0"],
        "mood": ["'happy'", "null", "'très, content'"],
        "moods": ["'happy'", "null", "''", "'très,happy'"],
        "doc": ["""'{"a" :  [1, null]}'""", "null", "'null'"],
        "uid": ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a00'", "null", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
        "raw": ["0x00ff5c00", "null", "''", "repeat(0x00ff, 4000)"],
        "fixed": ["0x00ff", "null", "0xFFFFFFFF"],
    },
    "lines": {
        "quantity": ["0", "null", "2147483647", "-1"],
        "note": ["'n'", "''", "null", "'naïve ☃'", "repeat('x', 3000)"],
    },
    "events": {"label": ["'e'", "''", "null", "'🎉'"]},
}  # fmt: skip

DATABASE, TRUTH = "histories", "histories_truth"

# A collation that tells 'A' from 'a' and 'A ', as a warehouse does.
_SCHEMA = """
create database histories character set utf8mb4 collate utf8mb4_nopad_bin;
create database histories_truth character set utf8mb4 collate utf8mb4_nopad_bin;
create table histories.things (
    id int primary key, label varchar(40), large mediumtext, latin varchar(20) character set latin1,
    amount decimal(12,3), wide decimal(60,10), serial bigint unsigned, small tinyint unsigned,
    is_open tinyint(1), total int, ratio double, ratio4 float, happened_at datetime(6),
    happened_ts timestamp(3) null default null, day date, span time(3), born year, flag bit(1), flags bit(9),
    mood enum('happy', 'très, content'), moods set('happy', 'très'), doc json, uid uuid, raw blob,
    fixed binary(4)
);
create table histories.lines (
    order_no varchar(20), line_no int, quantity int, note text, primary key (order_no, line_no)
);
create table histories.events (n int, label text)
"""

# The record of a table: what each transaction did to which key, in its order. Written by the same
# transaction, so what is rolled back leaves nothing.
_RECORD = """
create table histories_truth.{table} (_seq bigint auto_increment primary key, _op varchar(10)) as
    select '' as _op, {columns} from histories.{table} where false;
create trigger histories.{table}_inserted after insert on histories.{table} for each row
    insert into histories_truth.{table} (_op, {columns}) values ('S', {new});
create trigger histories.{table}_deleted after delete on histories.{table} for each row
    insert into histories_truth.{table} (_op, {columns}) values ('D', {old});
create trigger histories.{table}_updated after update on histories.{table} for each row begin
    if not (({old_key}) <=> ({new_key})) then
        insert into histories_truth.{table} (_op, {columns}) values ('D', {old});
    end if;
    -- triggers fire for an update that changes nothing, and that is no change
    if not ({same}) then
        insert into histories_truth.{table} (_op, {columns}) values ('S', {new});
    end if;
end
"""

_ORDER_NUMBERS = ["'A'", "''", "'ü \"x\", \\'y\\''", "'A '"]

# as mariadb-binlog prints them: a group's begin, and a row of the record
_GROUP = re.compile(r"^#(\d{6} +\d+:\d\d:\d\d) .*\tGTID ([\d-]+)")
_RECORDED = re.compile(r"^### INSERT INTO `histories_truth`\.`(\w+)`")
_FIRST_COLUMN = re.compile(r"^###   @1=(\d+)")


class MariadbSource:
    """The tables of histories, and sessions that work on them."""

    resolution = timedelta(seconds=1)
    looked_up: ClassVar[Mapping[str, frozenset[int]]] = {table: frozenset[int]() for table in KEYED}

    def __init__(self, server: MariadbServer, project: Path) -> None:
        self.dsn = server.dsn(DATABASE)
        self._registry = find_source("histories", project)
        self._sessions: dict[int, Connection] = {}
        self._added = 0
        self._extra: dict[str, list[str]] = {"things": [], "lines": []}
        admin = connect(server.dsn())
        for statement in _SCHEMA.split(";"):
            rows(admin, statement)
        ((self._first_file, self._first_position, *_),) = rows(admin, "show master status")
        for table, key in KEYED.items():
            names = [sql_name(column.name) for column in self._registry.table(table).columns]
            record = _RECORD.format(
                table=table,
                columns=", ".join(names),
                new=", ".join(f"new.{name}" for name in names),
                old=", ".join(f"old.{name}" for name in names),
                old_key=", ".join(f"old.{name}" for name in key),
                new_key=", ".join(f"new.{name}" for name in key),
                same=" and ".join(f"old.{name} <=> new.{name}" for name in names),
            )
            *simple, last = record.split("create trigger")
            for part in simple:
                rows(admin, part if "create table" in part else f"create trigger{part}")
            rows(admin, f"create trigger{last}")
        admin.close()
        self._admin = self._session()

    def execute(self, session: int, statement: Statement) -> None:
        if session not in self._sessions:
            self._sessions[session] = self._session(autocommit=False)
        connection = self._sessions[session]
        try:
            for sql in _sql(statement):
                rows(connection, sql)
        except pymysql.MySQLError as error:
            connection.rollback()
            # a taken key, a lock, a deadlock, a table that was altered
            if error.args[0] in (1062, 1205, 1213, 1412):
                raise FailedStatement(str(error)) from None
            raise

    def end(self, session: int, *, commit: bool) -> None:
        if session in self._sessions:
            connection = self._sessions[session]
            connection.commit() if commit else connection.rollback()

    def truncate(self, table: Table) -> bool:
        if table == "events":
            return self._try("truncate events")
        name, keys = sql_name(table), ", ".join(KEYED[table])
        self._run(f"create or replace temporary table emptied as select {keys} from {name}")
        done = self._try(f"truncate {name}")
        if done:
            # a statement of its own, which TRUNCATE is anyway
            self._run(f"insert into {TRUTH}.{name} (_op, {keys}) select 'truncate', {keys} from emptied")
        return done

    def alter(self, change: Ddl) -> bool:
        extra = self._extra[change.table]
        if change.kind == "add":
            self._added += 1
            name = f"extra_{self._added}"
            done = self._try(f"alter table {sql_name(change.table)} add {name} varchar(9) default 'x' first")
            if done:
                extra.append(name)
            return done
        if change.kind == "drop":
            return bool(extra) and self._try(f"alter table {sql_name(change.table)} drop {extra.pop()}")
        if change.table == "things":
            return self._try(
                "alter table things modify label text, modify total bigint, modify amount decimal(14,3), "
                "modify mood enum('très, content', 'sad', 'happy')"
            )
        return self._try("alter table `lines` modify quantity bigint")

    def anchor(self, table: str) -> None:
        # An empty table leaves no LOAD file, as with DMS, and so opens no generation. No other statement
        # touches this row: open transactions may delete all the others before the load reads the table.
        name = sql_name(table)
        if table == "events":
            # asked first: an INSERT that selects would wait for rows that others have changed
            if not rows(self._admin, "select 1 from events limit 1"):
                self._run("insert into events values (0, 'anchor')")
            return
        names = ", ".join(KEYED[table])
        if not rows(self._admin, f"select 1 from {name} where ({names}) = ({_anchor(table)})"):
            self._run(f"insert into {name} ({names}) values ({_anchor(table)})")

    def clock(self) -> datetime:
        ((moment,),) = rows(self._admin, "select utc_timestamp(6)")
        assert isinstance(moment, datetime)
        return moment

    def truth(self, table: str) -> History:
        declared = self._registry.table(table)
        commits = self._commits(table)
        live = live_tables(self._admin, TRUTH, [table])[table]
        columns = {column.name: column for column in live.columns}
        with duckdb.connect() as connection, MysqlReader(self.dsn, connection).rows(live) as read:
            # through the same types as the load, then as text: equal text is equal type and value
            texts = ", ".join(
                f"{read.value(columns[c.name])}::{c.data_type}::varchar as {duckdb_name(c.name)}"
                for c in declared.columns
            )
            found = connection.execute(
                f"select _seq, _op, {texts} from {read.relation} order by _seq"
            ).fetchall()
        places = [[c.name for c in declared.columns].index(name) for name in KEYED[table]]
        history: dict[tuple[str | None, ...], dict[int, State]] = {}
        for seq, op, *values in sorted(found, key=lambda row: (commits[row[0]][0], row[0])):
            group, at = commits[seq]
            states = history.setdefault(tuple(values[place] for place in places), {})
            # the last one of each transaction
            states.pop(group, None)
            states[group] = State(at, tuple(values) if op == "S" else None, op)
        return {key: list(states.values()) for key, states in history.items()}

    def close(self) -> None:
        for connection in [*self._sessions.values(), self._admin]:
            connection.close()

    def _commits(self, table: str) -> dict[int, tuple[int, datetime]]:
        """By number in the record: which transaction it was in the log's order, and its second, as
        MariaDB's own reader of the log has them."""
        socket = parse_qs(urlsplit(self.dsn).query)["unix_socket"][0]
        shown = subprocess.run(
            [
                "mariadb-binlog", "--no-defaults", "--read-from-remote-server", f"--socket={socket}",
                "--user=root", "--to-last-log", "--base64-output=decode-rows", "--verbose",
                f"--start-position={self._first_position}", f"--database={TRUTH}", self._first_file,
            ],
            env={**os.environ, "TZ": "UTC"}, capture_output=True, check=True,
        ).stdout.decode("utf-8", "replace")  # fmt: skip
        commits: dict[int, tuple[int, datetime]] = {}
        group, at, wanted = 0, datetime.min, False
        for line in shown.splitlines():
            if begun := _GROUP.match(line):
                group, at = group + 1, datetime.strptime(begun.group(1), "%y%m%d %H:%M:%S")
            elif recorded := _RECORDED.match(line):
                wanted = recorded.group(1) == table
            elif wanted and (first := _FIRST_COLUMN.match(line)):
                commits[int(first.group(1))] = (group, at)
                wanted = False
        return commits

    def _session(self, *, autocommit: bool = True) -> Connection:
        connection = connect(self.dsn, autocommit=autocommit)
        # no wait: for another session of this history it would last for ever; and no locks on gaps, which
        # would keep the anchor of a load out
        rows(connection, "set session transaction isolation level read committed")
        rows(connection, "set innodb_lock_wait_timeout = 0, lock_wait_timeout = 0")
        return connection

    def _try(self, sql: str) -> bool:
        try:
            self._run(sql)
        except pymysql.MySQLError as error:
            if error.args[0] in (1062, 1205):
                return False
            raise
        return True

    def _run(self, sql: str) -> None:
        rows(self._admin, sql)


class MariadbHistories:
    """A server, and a clean source on it for each history."""

    def __init__(self, scratch: Path) -> None:
        self.project = _project(scratch / "mysql_project")
        self._server = MariadbServer(scratch / "mariadb")

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    @contextmanager
    def source(self, name: str) -> Iterator[MariadbSource]:
        made = MariadbSource(self._server, self.project)
        try:
            yield made
        finally:
            made.close()
            admin = connect(self._server.dsn())
            rows(admin, f"drop database {DATABASE}")
            rows(admin, f"drop database {TRUTH}")
            admin.close()


def _project(folder: Path) -> Path:
    """The dbt project of histories, with the tables as MySQL has them."""
    shutil.copytree(REPOSITORY / "macros", folder / "macros")
    project = folder / "tests" / "histories" / "project"
    shutil.copytree(PROJECT, project)
    declared = PROJECT.with_name("mysql_sources.yml").read_text("utf-8")
    (project / "models/silver/histories/_histories__sources.yml").write_text(declared, "utf-8")
    return project


def key_values(table: str, key: int) -> tuple[str, ...]:
    """A key's columns as SQL."""
    if table == "things":
        return (str(key + 1),)
    return (_ORDER_NUMBERS[key % 3] if key != TEMPORARY else "'tmp'", str(key // 3))


def _anchor(table: str) -> str:
    """The key, as SQL, of the row that no statement touches."""
    return ", ".join(key_values(table, KEYS))


def _sql(statement: Statement) -> list[str]:
    table = statement.table
    name = sql_name(table)
    match statement:
        case Insert(key=key, value=value) if table == "events":
            return [f"insert into events values ({key}, {_value(table, 'label', value)})"]
        case Insert(key=key, value=value):
            # every column takes another of its edge values, so that rows mix them
            values = [_value(table, column, value + at) for at, column in enumerate(VALUES[table])]
            names = ", ".join([*KEYED[table], *VALUES[table]])
            row = ", ".join([*key_values(table, key), *values])
            return [f"insert ignore into {name} ({names}) values ({row})"]
        case Update(key=key, column=column, value=value):
            names_ = list(VALUES[table])
            picked = names_[column % len(names_)]
            return [f"update {name} set {picked} = {_value(table, picked, value)}{_where(table, key)}"]
        case Delete(key=None):
            return [f"delete from {name} where ({', '.join(KEYED[table])}) <> ({_anchor(table)})"]
        case Delete(key=key):
            return [f"delete from {name}{_where(table, key)}"]
        case Rekey(key=key, new=new):
            return [_rekey(table, key, new)]
        case Swap(one=one, other=other):
            if one == other:
                return []
            return [_rekey(table, one, TEMPORARY), _rekey(table, other, one), _rekey(table, TEMPORARY, other)]


def _value(table: str, column: str, value: int) -> str:
    values = VALUES[table][column]
    return values[value % len(values)]


def _where(table: str, key: int | None) -> str:
    if key is None:
        return ""
    pairs = zip(KEYED[table], key_values(table, key), strict=True)
    return " where " + " and ".join(f"{name} = {value}" for name, value in pairs)


def _rekey(table: str, key: int, new: int) -> str:
    pairs = zip(KEYED[table], key_values(table, new), strict=True)
    return f"update {sql_name(table)} set {', '.join(f'{n} = {v}' for n, v in pairs)}{_where(table, key)}"
