"""PostgreSQL as the source of histories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import psycopg2
import psycopg2.extensions

from ingestion.demo.postgres_server import PostgresServer
from ingestion.postgres.connection import connect, scanner
from ingestion.postgres.tables import live_tables
from ingestion.postgres.types import type_rule
from ingestion.registry import find_source
from ingestion.sql import sql_name, sql_text
from tests.histories.engines import KEYED, FailedStatement, History, State
from tests.histories.steps import KEYS, TEMPORARY, Ddl, Delete, Insert, Rekey, Statement, Swap, Table, Update

PROJECT = Path(__file__).with_name("project")

# The true record needs commit times, as the log has them.
SERVER_SETTINGS = {"track_commit_timestamp": "on"}

# Edge values by column, as SQL.
_LARGE = ["repeat('long ', 3000)", "repeat('Ünïcödé 🎉 ', 2000)", "'short'", "null", "''"]
VALUES: dict[str, dict[str, list[str]]] = {
    # no -0.0: beside 0.0 in one file DuckDB's Parquet dictionary makes it 0.0, an equal value
    "things": {
        "label": ["'a'", "''", "null", r"""E'two\nlines, "quoted"\t\\N'""",
                  "'🎉 ñ \u202e'", "'NULL'", "' padded '"],
        "large": _LARGE,
        "amount": ["0", "null", "-999999999.999", "999999999.999", "0.001", "1e-3"],
        "exact": ["0", "null", "0.611111104488373", "-1234567890123456789012.999999", "1e20"],
        "total": ["0", "null", "2147483647", "-2147483648"],
        "ratio": ["0", "null", "0.1", "'NaN'", "'Infinity'", "'-Infinity'", "-1.5",
                  "1e-307", "1.7976931348623157e308"],
        "ratio4": ["0", "null", "32.380001", "'NaN'", "'Infinity'", "3.4028235e38", "1e-37"],
        "happened_at": ["'2018-01-02 03:04:05.678901'", "null", "'1969-12-31 23:59:59.999999'",
                        "'0001-01-01'", "'9999-12-31 23:59:59.999999'"],
        "happened_tz": ["'2018-01-02 03:04:05.6-03'", "null", "'2024-03-10 02:30:00 America/New_York'",
                        "'1900-01-01 00:00:00+05:30'", "'9999-12-30 23:59:59.999999+00'"],
        "day": ["'2024-02-29'", "null", "'0001-01-01'", "'9999-12-31'", "'infinity'", "'-infinity'"],
        "is_open": ["true", "false", "null"],
        "doc": ["""'{"a" :  [1, null]}'""", "null", "'null'", "'\"\"'"],
        "docb": ["""'{"b": 1, "a": {"ü": []}}'""", "null", "'null'", "'1.10'"],
        "uid": ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "null", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
        "tags": ["'{1,null,3}'", "null", "'{}'", "'{{1,2},{3,4}}'"],
        "raw": [r"'\x00ff5c'", "null", r"'\x'", "decode(repeat('00ff', 4000), 'hex')"],
    },
    "lines": {
        "quantity": ["0", "null", "2147483647", "-1"],
        "note": ["'n'", "''", "null", "'naïve ☃'", "repeat('x', 3000)"],
    },
    "events": {"label": ["'e'", "''", "null", "'🎉'"]},
}  # fmt: skip

_SCHEMA = """
create table things (
    id int primary key, label varchar(40), large text, amount numeric(12,3), exact numeric, total int,
    ratio double precision, ratio4 real, happened_at timestamp, happened_tz timestamptz, day date,
    is_open boolean, doc json, docb jsonb, uid uuid, tags int[], raw bytea
);
alter table things alter large set storage external, alter raw set storage external;
create table lines (order_no text, line_no int, quantity int, note text, primary key (order_no, line_no));
alter table lines replica identity full;
create table events (n int, label text);
create schema truth;
"""

# The record of a table: what each transaction did to which key, in its order. Written by the same
# transaction, so what is rolled back leaves nothing. Only declared columns: others come and go.
_RECORD = """
create table truth.{table} as select null::xid8 as _xid, null::bigint as _seq, null::text as _op, {columns}
    from public.{table} where false;
alter table truth.{table} alter _seq type bigint, alter _seq set not null;
create sequence truth.{table}_seq owned by truth.{table}._seq;
create function truth.record_{table}() returns trigger language plpgsql as $$
begin
    if tg_op = 'TRUNCATE' then
        insert into truth.{table} select pg_current_xact_id(), nextval('truth.{table}_seq'), 'truncate',
            {columns} from public.{table};
        return null;
    end if;
    -- dynamic: a plan would outlive the types of a table that is altered
    if tg_op = 'DELETE' or tg_op = 'UPDATE' and ({old_key}) is distinct from ({new_key}) then
        execute $q$insert into truth.{table}
            select pg_current_xact_id(), nextval('truth.{table}_seq'), 'D', {row}$q$ using old;
    end if;
    if tg_op <> 'DELETE' then
        execute $q$insert into truth.{table}
            select pg_current_xact_id(), nextval('truth.{table}_seq'), 'S', {row}$q$ using new;
    end if;
    return null;
end $$;
create trigger record after insert or update or delete on public.{table}
    for each row execute function truth.record_{table}();
create trigger record_truncate before truncate on public.{table}
    for each statement execute function truth.record_{table}();
"""

_ORDER_NUMBERS = ["A", "", "ü \"x\", 'y'", "A "]


def key_values(table: str, key: int) -> tuple[str, ...]:
    """A key's columns as SQL."""
    if table == "things":
        return (str(key + 1),)
    return (sql_text(_ORDER_NUMBERS[key % 3] if key != TEMPORARY else "tmp"), str(key // 3))


def _anchor(table: str) -> str:
    """The key, as SQL, of the row that no statement touches."""
    return ", ".join(key_values(table, KEYS))


class PostgresSource:
    """The tables of histories in one database, and sessions that work on them."""

    resolution = timedelta(0)
    # large and raw are TOASTed
    looked_up: ClassVar[Mapping[str, frozenset[int]]] = {
        "things": frozenset({2, 16}),
        "lines": frozenset[int](),
    }

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._registry = find_source("histories", PROJECT)
        self._sessions: dict[int, psycopg2.extensions.connection] = {}
        self._admin = connect(dsn)
        self._added = 0
        self._extra: dict[str, list[str]] = {"things": [], "lines": []}
        with self._admin.cursor() as cursor:
            cursor.execute("set lock_timeout = '100ms'")
            cursor.execute(_SCHEMA)
            for table, key in KEYED.items():
                columns = [sql_name(column.name) for column in self._registry.table(table).columns]
                cursor.execute(
                    _RECORD.format(
                        table=table,
                        columns=", ".join(columns),
                        row=", ".join(f"($1).{name}" for name in columns),
                        old_key=", ".join(f"old.{name}" for name in key),
                        new_key=", ".join(f"new.{name}" for name in key),
                    )
                )

    def execute(self, session: int, statement: Statement) -> None:
        if session not in self._sessions:
            self._sessions[session] = connect(self.dsn, autocommit=False)
            with self._sessions[session].cursor() as cursor:
                # a wait for another session of this history would last for ever
                cursor.execute("set lock_timeout = '30ms'; set statement_timeout = '20s'; commit")
        try:
            with self._sessions[session].cursor() as cursor:
                for sql in _sql(statement):
                    cursor.execute(sql)
        except psycopg2.Error as error:
            self._sessions[session].rollback()
            if isinstance(error, psycopg2.errors.UniqueViolation | psycopg2.errors.LockNotAvailable):
                raise FailedStatement(str(error)) from None
            raise

    def end(self, session: int, *, commit: bool) -> None:
        if session in self._sessions:
            connection = self._sessions[session]
            connection.commit() if commit else connection.rollback()

    def truncate(self, table: Table) -> bool:
        return self._try(f"truncate {table}")

    def alter(self, change: Ddl) -> bool:
        extra = self._extra[change.table]
        if change.kind == "add":
            self._added += 1
            name = f"extra_{self._added}"
            done = self._try(f"alter table {change.table} add {name} text default 'x'")
            if done:
                extra.append(name)
            return done
        if change.kind == "drop":
            return bool(extra) and self._try(f"alter table {change.table} drop {extra.pop()}")
        if change.table == "things":
            return self._try(
                "alter table things alter label type text, alter total type bigint, "
                "alter amount type numeric(14,3)"
            )
        return self._try("alter table lines alter quantity type bigint")

    def anchor(self, table: str) -> None:
        # An empty table leaves no LOAD file, as with DMS, and so opens no generation. No other statement
        # touches this row: open transactions may delete all the others before the load reads the table.
        if table == "events":
            self._run("insert into events select 0, 'anchor' where not exists (select from events)")
            return
        names = ", ".join(KEYED[table])
        there = f"select from {table} where ({names}) = ({_anchor(table)})"
        # asked first: `on conflict` would wait for whoever has changed the row
        self._run(f"insert into {table} ({names}) select {_anchor(table)} where not exists ({there})")

    def clock(self) -> datetime:
        with self._admin.cursor() as cursor:
            cursor.execute("select clock_timestamp()")
            (moment,) = cursor.fetchone() or (None,)
        assert isinstance(moment, datetime)
        return moment.astimezone(UTC).replace(tzinfo=None)

    def truth(self, table: str) -> History:
        declared = self._registry.table(table)
        rules = {
            c.name: type_rule(c.type) for c in live_tables(self._admin, "public", [table])[table].columns
        }
        remote = ", ".join(
            f"{rules[c.name].load.format(sql_name(c.name))} as {sql_name(c.name)}" for c in declared.columns
        )
        # through the same types as the load, then as text: equal text is equal type and value
        texts = ", ".join(
            f"{sql_name(c.name)}::{rules[c.name].bronze}::{c.data_type}::varchar" for c in declared.columns
        )
        query = (
            f"select pg_xact_commit_timestamp(_xid::xid) at time zone 'UTC' as _at, _seq, _op, {remote} "
            f"from truth.{table}"
        )
        with scanner(self.dsn) as connection:
            rows = connection.execute(
                f"select _at, _op, {texts} from postgres_query('src', {sql_text(query)}) order by _at, _seq"
            ).fetchall()
        places = [[c.name for c in declared.columns].index(name) for name in KEYED[table]]
        history: History = {}
        for at, op, *values in rows:
            states = history.setdefault(tuple(values[place] for place in places), [])
            if states and states[-1].at == at:
                states.pop()
            states.append(State(at, tuple(values) if op == "S" else None, op))
        return history

    def close(self) -> None:
        for connection in [*self._sessions.values(), self._admin]:
            connection.close()

    def _try(self, sql: str) -> bool:
        try:
            self._run(sql)
        except (psycopg2.errors.LockNotAvailable, psycopg2.errors.UniqueViolation):
            return False
        return True

    def _run(self, sql: str) -> None:
        with self._admin.cursor() as cursor:
            cursor.execute(sql)


class PostgresHistories:
    """A server, and a clean source on it for each history."""

    def __init__(self, scratch: Path, project: Path = PROJECT, server: PostgresServer | None = None) -> None:
        self.project = project
        self._given = server
        self.server = server or PostgresServer(scratch / "server", SERVER_SETTINGS)

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        if self._given is None:
            self.server.stop()

    @contextmanager
    def source(self, name: str) -> Iterator[PostgresSource]:
        self._admin(f'create database "{name}"')
        made = PostgresSource(self.server.dsn(name))
        try:
            yield made
        finally:
            made.close()
            self._admin(
                f"select pg_terminate_backend(active_pid) from pg_replication_slots "
                f"where database = '{name}' and active"
            )
            self._admin(
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots "
                f"where database = '{name}'"
            )
            self._admin(f'drop database "{name}" with (force)')

    def _admin(self, sql: str) -> None:
        connection = connect(self.server.dsn())
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
        finally:
            connection.close()


def sql_values(values: tuple[str, ...]) -> str:
    """As a list."""
    return ", ".join(values)


def _sql(statement: Statement) -> list[str]:
    table = statement.table
    match statement:
        case Insert(key=key, value=value) if table == "events":
            return [f"insert into events values ({key}, {_value(table, 'label', value)})"]
        case Insert(key=key, value=value):
            # every column takes another of its edge values, so that rows mix them
            values = [_value(table, name, value + at) for at, name in enumerate(VALUES[table])]
            names = ", ".join([*KEYED[table], *VALUES[table]])
            row = sql_values((*key_values(table, key), *values))
            return [f"insert into {table} ({names}) values ({row}) on conflict do nothing"]
        case Update(key=key, column=column, value=value):
            names_ = list(VALUES[table])
            name = names_[column % len(names_)]
            return [f"update {table} set {name} = {_value(table, name, value)}{_where(table, key)}"]
        case Delete(key=None):
            return [f"delete from {table} where ({', '.join(KEYED[table])}) <> ({_anchor(table)})"]
        case Delete(key=key):
            return [f"delete from {table}{_where(table, key)}"]
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
    return f"update {table} set {', '.join(f'{n} = {v}' for n, v in pairs)}{_where(table, key)}"
