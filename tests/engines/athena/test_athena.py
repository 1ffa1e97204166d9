"""Athena, stood in for by Trino behind an endpoint of ours: the unmodified dbt-athena builds the same
tables as DuckDB from the same bronze. The tests run in this order, on one warehouse."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import psycopg2
import pytest
from sqlfluff.core import Linter

from ingestion.demo.olist.load import from_generator
from ingestion.demo.olist.traffic import run_traffic
from ingestion.demo.postgres_server import PostgresServer
from tests.e2e.conftest import Shop
from tests.engines.athena.rows import AthenaFailed, query
from tests.engines.athena.stand_in import BUCKET, AthenaStandIn, athena_stand_in
from tests.engines.athena.trino_install import TrinoMissing, trino_home
from tests.engines.athena.warehouses import Warehouses, make_homes

# Everything that change handling and the dimensions have to get right, in few rows.
CHANGES = (
    "delete from order_items where ctid in (select ctid from order_items limit 2)",
    "with gone as (select order_id from orders order by 1 limit 1), "
    "i as (delete from order_items where order_id in (select order_id from gone)), "
    "p as (delete from order_payments where order_id in (select order_id from gone)), "
    "r as (delete from order_reviews where order_id in (select order_id from gone)) "
    "delete from orders where order_id in (select order_id from gone)",
    "update products set product_category_name = 'novo' "
    "where product_id in (select product_id from order_items limit 3)",
    "insert into product_category_name_translation values ('novo', 'new')",
    "update product_category_name_translation set product_category_name_english = 'renamed' "
    "where product_category_name in (select product_category_name from products limit 1)",
    "update sellers set seller_city = 'São Paulo ''moved''' where ctid in (select ctid from sellers limit 2)",
    "update customers set customer_unique_id = (select min(customer_unique_id) from customers) "
    "where customer_id in (select customer_id from customers order by 1 desc limit 2)",
    # a changed key, and a time to the microsecond
    "update order_payments set payment_sequential = 9 "
    "where ctid in (select ctid from order_payments limit 1)",
    "update orders set order_approved_at = timestamp '2018-02-03 04:05:06.789012' "
    "where ctid in (select ctid from orders limit 1)",
)


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AthenaStandIn]:
    engine = "trino"
    try:
        trino_home()
    except TrinoMissing as reason:
        warnings.warn(f"Athena is stood in for by DuckDB, not by Trino: {reason}", stacklevel=1)
        engine = "duckdb"
    with athena_stand_in(tmp_path_factory.mktemp("athena"), engine) as running:
        yield running


@pytest.fixture(scope="module")
def warehouses(
    stand_in: AthenaStandIn, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouses]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stand_in.environment.items():
            patch.setenv(name, value)
        admin = psycopg2.connect(postgres.dsn())
        admin.autocommit = True
        admin.cursor().execute("create database athena")
        database = psycopg2.connect(postgres.dsn("athena"))
        database.autocommit = True
        from_generator(database, 200, seed=7)
        measure, home = make_homes(tmp_path_factory.mktemp("homes"), f"s3://{BUCKET}/landfall")
        yield Warehouses(Shop(database, postgres.dsn("athena"), measure), home, stand_in)
        admin.close()
        database.close()


def test_a_first_build_gives_the_rows_of_duckdb_and_passes_every_test(warehouses: Warehouses) -> None:
    warehouses.replicate()
    run_traffic(warehouses.shop.dsn, seconds=1, seed=1)
    # load files and change files together
    warehouses.replicate()
    # what unit tests show, they show on DuckDB too; here they would cost a statement or two each
    done = warehouses.build("build", "--exclude-resource-type", "unit_test")
    assert warehouses.differences() == []
    assert len(warehouses.tables()) >= 26
    assert done.count("test", "pass") > 100


def test_an_incremental_build_opens_only_new_bronze_files(warehouses: Warehouses) -> None:
    before = warehouses.bronze_files()
    warehouses.shop.execute(*CHANGES)
    warehouses.replicate()
    new = warehouses.bronze_files() - before
    since = len(warehouses.stand_in.s3.requests)
    warehouses.build("run")
    opened, listed = warehouses.bronze_read(since)
    if warehouses.stand_in.engine == "duckdb":
        # it asks every file for its columns
        assert opened >= new
        return
    assert opened == new
    assert {folder.rstrip("/") for folder in listed} == {key.rsplit("/", 1)[0] for key in new}


def test_incremental_tables_equal_those_of_duckdb(warehouses: Warehouses) -> None:
    assert warehouses.differences() == []
    # nothing of this would be true if both had forgotten the changes
    gone = "select count(*) as n from silver.base_olist__orders where _is_deleted"
    assert next(query(warehouses.athena, gone))["n"] > 0
    precise = "select approved_at from gold.fact_order_fulfillment where approved_at = timestamp '{}'"
    assert list(query(warehouses.athena, precise.format("2018-02-03 04:05:06.789012")))


def test_a_build_without_new_files_reads_no_bronze(warehouses: Warehouses) -> None:
    warehouses.sync()
    since = len(warehouses.stand_in.s3.requests)
    done = warehouses.dbt("run", "--select", "bronze_files", "base_olist__orders", "hist_olist__sellers")
    assert done.succeeded, done.messages
    assert warehouses.bronze_read(since) == (set(), set())


def test_a_full_refresh_equals_the_incremental_tables_and_those_of_duckdb(warehouses: Warehouses) -> None:
    before = {table: list(warehouses.athena_rows(table)) for table in warehouses.tables()}
    warehouses.build("run", "--full-refresh")
    assert warehouses.differences() == []
    # this one has a row for each run that found new files
    before.pop("silver.bronze_rows_checked")
    assert warehouses.differences(before.__getitem__, set(before)) == []


def test_tables_are_iceberg_and_facts_are_partitioned(warehouses: Warehouses) -> None:
    glue = warehouses.stand_in.glue
    assert all(glue.is_iceberg(*table.split(".")) for table in warehouses.tables())
    if warehouses.stand_in.engine == "trino":
        partitions = 'select partition.ordered_at_month as month from gold."fact_orders$partitions"'
        assert len(list(query(warehouses.athena, partitions))) > 1


def test_the_compiled_sql_is_in_athenas_grammar(warehouses: Warehouses) -> None:
    linter = Linter(dialect="athena")
    models = warehouses.compiled_models()
    # the other tables of a source are the same macros again
    checked = [path for path in models if "olist" not in path.parts or path.stem.endswith("olist__customers")]
    assert len(checked) > 20
    for path in checked:
        assert linter.parse_string(path.read_text("utf-8")).violations == [], path


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("selec 1", "FAILED: ParseException"),
        ("select nothing from silver.bronze_files", "COLUMN_NOT_FOUND|BinderException"),
        ("alter table \"silver\".\"bronze_files\" set tblproperties ('a' = 'b')", "ParseException"),
        ("select '" + "x" * 262_144 + "'", "maximum query length"),
        (
            "create table silver.t with (table_type = 'iceberg', is_external = false, "
            "location = 's3://lake/t/') as select cast('2024-01-01' as timestamp) as at",
            r"Timestamp precision \(3\) not supported for Iceberg",
        ),
    ],
)
def test_what_athena_refuses_fails_with_its_reason(warehouses: Warehouses, sql: str, reason: str) -> None:
    if warehouses.stand_in.engine == "duckdb" and "iceberg" in sql:
        # only where Maven is missing: there DuckDB stands in, and the warning of the stand-in says so
        pytest.skip("DuckDB has one timestamp; only Trino refuses this")
    with pytest.raises(AthenaFailed, match=reason):
        list(query(warehouses.athena, sql))
