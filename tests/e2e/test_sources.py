"""What a source may be like, and what may happen to it: each ends right, or in one clear line."""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg2
import pytest
from psycopg2.extensions import connection

from ingestion.demo.olist.load import from_generator
from ingestion.demo.postgres_server import PostgresServer
from ingestion.errors import LandfallError
from ingestion.home import Home
from ingestion.postgres.engine import PostgresCatalog, PostgresEngine
from ingestion.reconcile.compare import reconcile
from ingestion.registry import Column, Source, Table, find_source
from ingestion.replica.declaration import wrong_declarations
from tests.e2e.tables import rows, table_task


def test_a_table_without_a_key_brings_inserts_and_stays_writable(
    database: connection, dsn: str, home: Home
) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table t (n int)")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("insert into t values (1), (2); update t set n = n + 10; delete from t where n = 11")
    table_task(dsn, home, "t").run(follow=False)
    assert rows(home, "t", 'select "Op", n') == [("I", 1), ("I", 2)]


def test_a_table_added_later_is_loaded_and_followed(database: connection, dsn: str, home: Home) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key); insert into t values (1)")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("create table u (id int primary key); insert into u values (1)")
        assert table_task(dsn, home, "t", "u").run(follow=False).loaded_rows == {"u": 1}
        cursor.execute("insert into u values (2)")
    table_task(dsn, home, "t", "u").run(follow=False)
    assert rows(home, "u", "select id") == [(1,), (2,)]


def test_trouble_is_told_in_one_line(database: connection, dsn: str, home: Home) -> None:
    with pytest.raises(LandfallError, match=r"public\.nope is in the registry but not in the database"):
        table_task(dsn, home, "nope").run(follow=False)
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key)")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute(
            "select pg_drop_replication_slot(slot_name) from pg_replication_slots "
            "where database = current_database()"
        )
        with pytest.raises(LandfallError, match=r"slot 'landfall_t_.*--reload"):
            table_task(dsn, home, "t").run(follow=False)
        table_task(dsn, home, "t").run(follow=False, reload=True)
        (home.state / "t.json").write_text("{")
        with pytest.raises(LandfallError, match="is not a whole checkpoint"):
            table_task(dsn, home, "t").run(follow=False)
    with pytest.raises(LandfallError, match="cannot connect to PostgreSQL"):
        table_task("host=/nowhere dbname=x password=secret", home, "t").run(follow=False)


def test_a_password_in_the_connection_string_never_shows(dsn: str, home: Home) -> None:
    for bad in ("host=/nowhere user=u password=hunter2", "postgresql://u:hunter2@/x?host=/nowhere"):
        with pytest.raises(LandfallError) as error:
            table_task(bad, home, "t").run(follow=False)
        assert "hunter2" not in str(error.value)


def test_changes_of_a_partitioned_table_come_under_its_own_name(
    database: connection, dsn: str, home: Home
) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key, v text) partition by range (id)")
        cursor.execute("create table t1 partition of t for values from (0) to (10)")
        cursor.execute("create table t2 partition of t for values from (10) to (20)")
        cursor.execute("insert into t values (1, 'a'), (11, 'b')")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("update t set v = 'c' where id = 11; delete from t where id = 1")
    table_task(dsn, home, "t").run(follow=False)
    assert rows(home, "t", 'select "Op", id, v')[2:] == [("U", 11, "c"), ("D", 1, None)]


@pytest.mark.parametrize(
    "identity",
    [
        "create table t (id int primary key, v int); alter table t replica identity nothing",
        "create table t (id int primary key deferrable initially deferred, v int)",
        "create table t (id int primary key, v int not null unique); "
        "alter table t replica identity using index t_v_key",
    ],
    ids=["nothing", "deferrable key", "another index"],
)
def test_a_table_whose_changes_would_not_tell_their_key_is_refused_and_stays_writable(
    database: connection, dsn: str, home: Home, identity: str
) -> None:
    with database.cursor() as cursor:
        cursor.execute(identity)
        cursor.execute("insert into t values (1, 1)")
        with pytest.raises(LandfallError, match="alter table t replica identity default"):
            table_task(dsn, home, "t").run(follow=False)
        cursor.execute("update t set v = 2; delete from t")


def test_the_key_is_the_one_that_the_log_knew(database: connection, dsn: str, home: Home) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key, other int not null); insert into t values (1, 7)")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("delete from t")
        cursor.execute("alter table t drop constraint t_pkey, add primary key (other)")
    table_task(dsn, home, "t").run(follow=False)
    assert rows(home, "t", 'select "Op", id')[1:] == [("D", 1)]


def test_a_table_that_was_made_anew_is_loaded_again(database: connection, dsn: str, home: Home) -> None:
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key); insert into t values (1)")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("drop table t; create table t (id int primary key); insert into t values (2)")
        assert table_task(dsn, home, "t").run(follow=False).loaded_rows == {"t": 1}
    assert rows(home, "t", "select id") == [(2,)]


def test_a_generated_column_and_a_database_in_latin1(postgres: PostgresServer, home: Home) -> None:
    admin = psycopg2.connect(postgres.dsn())
    admin.autocommit = True
    admin.cursor().execute("create database latin1 encoding 'latin1' template template0 locale 'C'")
    admin.close()
    own = postgres.dsn("latin1")
    opened = psycopg2.connect(own)
    opened.autocommit = True
    cursor = opened.cursor()
    cursor.execute(
        "create table t (id int primary key, v text, twice int generated always as (id * 2) stored)"
    )
    cursor.execute("insert into t values (1, 'caf\u00e9')")
    table_task(own, home, "t").run(follow=False)
    cursor.execute("update t set v = 'ma\u00e7\u00e3'")
    opened.close()
    task = table_task(own, home, "t")
    task.run(follow=False)
    task.drop()
    assert rows(home, "t", "select v, twice") == [("café", 2), ("maçã", 2)]


def test_two_homes_on_one_source_do_not_take_each_others_changes(
    database: connection, dsn: str, home: Home, tmp_path: Path
) -> None:
    other = Home(tmp_path, lake=str(tmp_path / "lake"))
    with database.cursor() as cursor:
        cursor.execute("create table t (id int primary key)")
        table_task(dsn, home, "t").run(follow=False)
        cursor.execute("insert into t values (1)")
        table_task(dsn, other, "t").run(follow=False)
        cursor.execute("insert into t values (2)")
    for one in (home, other):
        table_task(dsn, one, "t").run(follow=False)
        assert rows(one, "t", "select id") == [(1,), (2,)]
    table_task(dsn, other, "t").drop()
    with database.cursor() as cursor:
        cursor.execute("select count(*) from pg_replication_slots where database = current_database()")
        assert cursor.fetchone() == (1,)


def declared(**columns: str) -> Source:
    table = Table("t", tuple(Column(name, kind) for name, kind in columns.items()), ("id",))
    return Source("t", "postgres", "public", (table,), Path("_t__sources.yml"), "bronze_t")


def told_of(source: Source, database: connection) -> list[str]:
    return wrong_declarations(source, PostgresEngine(), PostgresCatalog(database))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"nope": "varchar"}, "t.t.nope is not a column of the database"),
        ({"extra": "jsonb"}, "is jsonb in the database, which bronze holds as varchar"),
        ({"at": "timestamptz"}, "declare data_type timestamp, not timestamptz"),
        ({"price": "decimal(9,2)"}, "declare data_type decimal(10,2), not decimal(9,2)"),
    ],
)
def test_a_wrong_declaration_is_told_with_its_remedy(
    database: connection, wrong: dict[str, str], says: str
) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "create table t (id int primary key, extra jsonb, at timestamptz, price numeric(10,2), raw bytea)"
        )
    right = {"id": "integer", "extra": "varchar", "at": "timestamp", "raw": "varbinary"}
    assert told_of(declared(**right), database) == []
    (told,) = told_of(declared(**(right | wrong)), database)
    assert says in told and told.startswith("_t__sources.yml")


def test_the_shipped_source_is_declared_as_its_database_is(database: connection) -> None:
    from_generator(database, 10)
    assert told_of(find_source("olist"), database) == []


def test_reconciliation_leaves_out_a_table_that_no_model_holds(
    database: connection, dsn: str, tmp_path: Path
) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "create table t (id int primary key); create table u (id int); insert into t values (1)"
        )
    tables = tuple(Table(name, (Column("id", "integer"),), ()) for name in ("t", "u"))
    source = Source("s", "postgres", "public", tables, tmp_path, "bronze_s")
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connected:
        connected.execute("create schema silver; create table silver.base_s__t (id int, _is_deleted boolean)")
    modelled, unmodelled = reconcile(source, dsn, warehouse)
    assert (modelled.missing, modelled.silver_rows) == (1, 0)
    assert (unmodelled.differences, unmodelled.silver_rows) == (0, None)
    with duckdb.connect(str(warehouse)) as connected:
        connected.execute("alter table silver.base_s__t rename id to other")
    with pytest.raises(LandfallError, match=r"has not the columns of the registry.*--full-refresh"):
        reconcile(source, dsn, warehouse)
    with database.cursor() as cursor:
        cursor.execute("alter table t alter id type bigint; update t set id = 5000000000")
    with pytest.raises(LandfallError, match=r"s\.t holds a value that its data_type .* has no place for"):
        reconcile(source, dsn, warehouse)
