"""One bronze, three targets: DuckDB, Athena and Redshift (stand-ins of these two) hold the same rows.

The tests run in this order, on one shop: loaded and changed, built; changed again, built in increments;
built anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlfluff.core import FluffConfig, Linter

from ingestion.demo.olist.traffic import run_traffic
from ingestion.demo.postgres_server import PostgresServer
from tests.engines.athena.rows import AthenaFailed, query
from tests.engines.parity import compare
from tests.engines.shop import CHANGES, IGNORED, ThreeTargets, one_test_of_each_kind, three_targets


@pytest.fixture(scope="module")
def three(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeTargets]:
    with three_targets(tmp_path_factory.mktemp("engines"), postgres) as running:
        yield running


def test_a_first_build_is_the_same_on_all_targets(three: ThreeTargets) -> None:
    three.shop.replicate()
    run_traffic(three.shop.dsn, seconds=1, seed=1)
    # load files and change files together
    three.replicate()
    three.builds.run({three.duckdb: ["run"], three.athena: ["run"], three.redshift: ["run"]})
    assert three.differences(three.athena) == []
    assert three.differences(three.redshift) == []
    assert len(three.tables(three.athena)) >= 26


def test_an_incremental_build_is_the_same_and_opens_only_new_bronze_files(three: ThreeTargets) -> None:
    before = three.bronze_files()
    three.shop.execute(*CHANGES)
    three.replicate()
    new = three.bronze_files() - before
    since = len(three.athena.stand_in.s3.requests)
    done = three.builds.run({three.duckdb: ["run"], three.athena: ["run"], three.redshift: ["build"]})
    opened, listed = three.bronze_read(since)
    assert three.differences(three.athena) == []
    assert three.differences(three.redshift) == []
    assert sum(node.startswith("test.") for node in done[three.redshift].statuses) > 100
    # nothing of this would be true if all had forgotten the changes
    gone = "select count(*) as n from silver.base_olist__orders where _is_deleted"
    assert next(query(three.athena.client, gone))["n"] > 0
    precise = "select approved_at from gold.fact_order_fulfillment where approved_at = timestamp '{}'"
    assert list(query(three.athena.client, precise.format("2018-02-03 04:05:06.789012")))
    if three.athena.stand_in.engine == "duckdb":
        # it asks every file for its columns
        assert opened >= new
        return
    assert opened == new
    assert {folder.rstrip("/") for folder in listed} == {key.rsplit("/", 1)[0] for key in new}


def test_athena_reads_no_bronze_without_new_files_and_passes_tests_of_each_kind(three: ThreeTargets) -> None:
    since = len(three.athena.stand_in.s3.requests)
    models = ("bronze_files", "base_olist__orders", "hist_olist__sellers")
    three.builds.run({three.athena: ["run", "--select", *models]})
    assert three.bronze_read(since) == (set(), set())
    # The data of every test are those of Redshift and DuckDB, where all of them run: here it is their SQL
    # that is tried.
    manifest = json.loads((three.artifacts(three.athena) / "manifest.json").read_text("utf-8"))
    tests = list(one_test_of_each_kind(manifest))
    done = three.builds.run({three.athena: ["test", "--select", *tests]})
    assert len(done[three.athena].statuses) >= len(tests) > 20


def test_a_full_refresh_is_the_same_and_equals_the_increments(three: ThreeTargets) -> None:
    # it has a row for each run that found new files
    tables = {t: key for t, key in three.tables(three.duckdb).items() if t != "silver.bronze_rows_checked"}
    grown = {table: list(three.duckdb.rows(table)) for table in tables}
    anew = ["run", "--full-refresh"]
    three.builds.run({three.duckdb: anew, three.athena: anew, three.redshift: anew})
    assert three.differences(three.athena) == []
    assert three.differences(three.redshift) == []
    # what is true of DuckDB's tables is true of those that are equal to them
    for table, key in tables.items():
        assert compare(table, grown.__getitem__, three.duckdb.rows, key, IGNORED) == []


@pytest.mark.parametrize("name", ["athena", "redshift"])
def test_the_compiled_sql_is_of_the_dialect(three: ThreeTargets, name: str) -> None:
    overrides = {"dialect": name, "templater": "raw", "large_file_skip_byte_limit": 0}
    linter = Linter(FluffConfig(overrides=overrides))
    models = three.compiled(getattr(three, name))
    assert len(models) > 20
    for path in models:
        assert linter.parse_string(path.read_text("utf-8")).violations == [], path.name


def test_athena_has_iceberg_tables_and_partitioned_facts(three: ThreeTargets) -> None:
    stand_in = three.athena.stand_in
    assert all(stand_in.glue.is_iceberg(*table.split(".")) for table in three.tables(three.athena))
    if stand_in.engine == "trino":
        partitions = 'select partition.ordered_at_month as month from gold."fact_orders$partitions"'
        assert len(list(query(three.athena.client, partitions))) > 1


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
def test_what_athena_refuses_fails_with_its_reason(three: ThreeTargets, sql: str, reason: str) -> None:
    if three.athena.stand_in.engine == "duckdb" and "iceberg" in sql:
        # only where Maven is missing: there DuckDB stands in, and the warning of the stand-in says so
        pytest.skip("DuckDB has one timestamp; only Trino refuses this")
    with pytest.raises(AthenaFailed, match=reason):
        list(query(three.athena.client, sql))


def test_redshift_tables_lie_where_joins_and_reports_want_them(three: ThreeTargets) -> None:
    rows = three.redshift.stand_in.execute(
        'select "table", diststyle, sortkey1, sortkey_num from svv_table_info '
        "where schema in ('silver', 'gold', 'marts')"
    )
    found = {table: (diststyle, sortkey1, number) for table, diststyle, sortkey1, number in rows}
    for fact in ("fact_orders", "fact_order_fulfillment", "fact_payments", "fact_reviews"):
        assert found[fact] == ("KEY(order_id)", "order_date_key", 2), fact
    assert found["orders_wide"] == ("KEY(order_id)", "order_date", 2)
    assert found["dim_customers"][0] == "KEY(customer_key)"
    for name in ("dim_products", "dim_sellers", "dim_locations", "dim_dates", "dim_order_status"):
        assert found[name][0] == "ALL", name
    # a merge on the key moves no row
    assert found["base_olist__order_items"][0] == "KEY(order_id)"
    assert found["hist_olist__customers"][0] == "KEY(customer_id)"


def test_redshift_texts_are_as_wide_as_they_may_get(three: ThreeTargets) -> None:
    widths = dict(
        three.redshift.stand_in.execute(
            "select tablename || '.' || \"column\", type from pg_table_def "
            "where schemaname in ('silver', 'gold')"
        )
    )
    for text in ("base_olist__order_reviews.review_comment_message", "dim_sellers.city"):
        assert widths[text] == "character varying(65535)"
    for key in ("fact_orders.customer_key", "dim_customers.customer_key"):
        assert widths[key] == "character varying(32)"


def test_redshift_views_outlive_the_tables_under_them(three: ThreeTargets) -> None:
    views = three.redshift.stand_in.execute(
        "select viewname, definition like '%redshift_late_binding.%' from pg_views "
        "where schemaname in ('silver', 'gold')"
    )
    assert len(views) >= 20
    assert [name for name, is_late_binding in views if not is_late_binding] == []
