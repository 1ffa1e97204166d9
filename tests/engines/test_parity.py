"""One bronze, three targets: DuckDB, Athena and Redshift (stand-ins of these two) hold the same rows.

One shop is loaded and changed, and built; changed again, and built in increments; built anew. Each of the
three builds is a fixture, and the tests stand in the order of the builds that they look at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlfluff.core import FluffConfig, Linter

from ingestion.demo.mariadb_server import MariadbServer
from ingestion.demo.postgres_server import PostgresServer
from ingestion.demo.samples import SAMPLES
from tests.engines.athena.rows import AthenaFailed, query
from tests.engines.athena.stand_in import BUCKET
from tests.engines.broken import FORGOTTEN, Broken
from tests.engines.dbt_runs import Done
from tests.engines.parity import Row, compare
from tests.engines.shop import IGNORED, ThreeTargets, one_test_of_each_kind, three_targets
from tests.olist_changes import CHANGES
from tests.traffic import traffic_of

# Unit tests are about the models, which are the same; and where a decimal has no scale in PostgreSQL, as it
# has on Redshift, the stand-in rounds their rows.
DATA_TESTS = ("build", "--exclude-resource-type", "unit_test")
BUILD = ("build", "--exclude-resource-type", "test", "unit_test")

each_target = pytest.mark.parametrize("target", ["athena", "redshift"])


@dataclass(frozen=True)
class Increments:
    """What the second build met: the bronze files that were new to it, and what Athena's engine asked S3
    for."""

    new: set[str]
    opened: set[str]
    listed: set[str]
    redshift: Done


@pytest.fixture(scope="module")
def three(
    postgres: PostgresServer, mariadb: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ThreeTargets]:
    with three_targets(tmp_path_factory.mktemp("engines"), postgres, mariadb) as running:
        yield running


@pytest.fixture(scope="module")
def first_build(three: ThreeTargets) -> ThreeTargets:
    """Load files and change files together, on every target."""
    three.shop.replicate()
    for name, dsn in {"olist": three.shop.dsn, **three.others}.items():
        traffic_of(SAMPLES[name].traffic, dsn, 60, seed=1)
    three.replicate()
    three.build({three.duckdb: BUILD, three.athena: BUILD, three.redshift: BUILD})
    return three


@pytest.fixture(scope="module")
def increments(first_build: ThreeTargets) -> Increments:
    """More changes, and a build of what they touch; on Redshift with every test of its data."""
    three = first_build
    before = three.bronze_files()
    three.shop.execute(*CHANGES)
    for name, dsn in three.others.items():
        traffic_of(SAMPLES[name].traffic, dsn, 60, seed=2)
    three.replicate()
    new = three.bronze_files() - before
    assert {file.split("/")[0] for file in new} == set(SAMPLES)
    since = len(three.athena.stand_in.s3.requests)
    done = three.build({three.duckdb: BUILD, three.athena: BUILD, three.redshift: DATA_TESTS})
    return Increments(new, *three.bronze_read(since), done[three.redshift])


@pytest.fixture(scope="module")
def grown(three: ThreeTargets, increments: Increments) -> dict[str, list[Row]]:
    """DuckDB's tables after the increments; since then all targets were built anew."""
    # one table has a row for each run that found new files
    rows = {table: rows for table, rows in three.measure.items() if table != "silver.bronze_rows_checked"}
    anew = (*BUILD, "--full-refresh")
    three.build({three.duckdb: anew, three.athena: anew, three.redshift: anew})
    return rows


@each_target
def test_a_first_build_gives_the_rows_of_duckdb(first_build: ThreeTargets, target: str) -> None:
    assert first_build.differences(target) == []
    assert len(first_build.tables(first_build.athena)) >= 26


@each_target
def test_an_incremental_build_gives_the_rows_of_duckdb(
    three: ThreeTargets, increments: Increments, target: str
) -> None:
    assert increments.new
    assert three.differences(target) == []


def test_the_increments_hold_what_changed_on_athena(three: ThreeTargets, increments: Increments) -> None:
    # parity would hold if all had forgotten the changes
    gone = "select count(*) as n from silver.base_olist__orders where _is_deleted"
    assert next(query(three.athena.client, gone))["n"] > 0
    precise = "select approved_at from gold.fact_order_fulfillment where approved_at = timestamp '{}'"
    assert list(query(three.athena.client, precise.format("2018-02-03 04:05:06.789012")))


def test_an_incremental_build_on_athena_opens_only_new_bronze_files(
    three: ThreeTargets, increments: Increments
) -> None:
    if three.athena.stand_in.engine == "duckdb":
        # it asks every file for its columns
        assert increments.opened >= increments.new
        return
    assert increments.opened == increments.new
    folders = {folder.rstrip("/") for folder in increments.listed}
    assert folders == {key.rsplit("/", 1)[0] for key in increments.new}


def test_a_build_without_new_files_reads_no_bronze_on_athena(
    three: ThreeTargets, increments: Increments
) -> None:
    since = len(three.athena.stand_in.s3.requests)
    models = ("bronze_files", "base_olist__orders", "hist_olist__sellers", "base_classicmodels__orders")
    three.builds.run({three.athena: ["run", "--select", *models]})
    assert three.bronze_read(since) == (set(), set())


def test_every_test_of_the_project_passes_on_redshift(increments: Increments) -> None:
    assert increments.redshift.succeeded
    assert sum(node.startswith("test.") for node in increments.redshift.statuses) > 100


def test_each_kind_of_test_passes_on_athena(three: ThreeTargets, increments: Increments) -> None:
    # The data are those of DuckDB and Redshift, where all tests run: here it is their SQL that is tried.
    manifest = json.loads((three.artifacts(three.athena) / "manifest.json").read_text("utf-8"))
    tests = list(one_test_of_each_kind(manifest))
    done = three.builds.run({three.athena: ["test", "--select", *tests]})
    assert len(done[three.athena].statuses) >= len(tests) > 20


@each_target
def test_a_full_refresh_gives_the_rows_of_duckdb(
    three: ThreeTargets, grown: dict[str, list[Row]], target: str
) -> None:
    assert grown
    assert three.differences(target) == []


def test_a_full_refresh_equals_the_increments(three: ThreeTargets, grown: dict[str, list[Row]]) -> None:
    # what is true of DuckDB's tables is true of those that are equal to them
    for table, key in three.tables(three.duckdb).items():
        if table in grown:
            assert compare(table, grown.__getitem__, three.measure.__getitem__, key, IGNORED) == []


@each_target
def test_the_compiled_sql_is_of_the_dialect(
    three: ThreeTargets, grown: dict[str, list[Row]], target: str
) -> None:
    overrides = {"dialect": target, "templater": "raw", "large_file_skip_byte_limit": 0}
    linter = Linter(FluffConfig(overrides=overrides))
    models = three.compiled(target)
    assert len(models) > 20
    for path in models:
        assert linter.parse_string(path.read_text("utf-8")).violations == [], path.name


def test_athena_has_iceberg_tables_and_partitioned_facts(first_build: ThreeTargets) -> None:
    three = first_build
    stand_in = three.athena.stand_in
    assert all(stand_in.glue.is_iceberg(*table.split(".")) for table in three.tables(three.athena))
    if stand_in.engine == "trino":
        partitions = 'select partition.ordered_at_year as year from gold."fact_orders$partitions"'
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
def test_what_athena_refuses_fails_with_its_reason(first_build: ThreeTargets, sql: str, reason: str) -> None:
    if first_build.athena.stand_in.engine == "duckdb" and "iceberg" in sql:
        # only where Maven is missing: there DuckDB stands in, and the warning of the stand-in says so
        pytest.skip("DuckDB has one timestamp; only Trino refuses this")
    with pytest.raises(AthenaFailed, match=reason):
        list(query(first_build.athena.client, sql))


def test_redshift_tables_lie_where_joins_and_reports_want_them(first_build: ThreeTargets) -> None:
    rows = first_build.redshift.stand_in.execute(
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


def test_redshift_texts_are_as_wide_as_they_may_get(first_build: ThreeTargets) -> None:
    widths = dict(
        first_build.redshift.stand_in.execute(
            "select tablename || '.' || \"column\", type from pg_table_def "
            "where schemaname in ('silver', 'gold')"
        )
    )
    for text in ("base_olist__order_reviews.review_comment_message", "dim_sellers.city"):
        assert widths[text] == "character varying(65535)"
    for key in ("fact_orders.customer_key", "dim_customers.customer_key"):
        assert widths[key] == "character varying(32)"


def test_redshift_views_outlive_the_tables_under_them(first_build: ThreeTargets) -> None:
    views = first_build.redshift.stand_in.execute(
        "select viewname, definition like '%redshift_late_binding.%' from pg_views "
        "where schemaname in ('silver', 'gold')"
    )
    assert len(views) >= 20
    assert [name for name, is_late_binding in views if not is_late_binding] == []


@pytest.fixture(scope="module")
def broken(three: ThreeTargets, tmp_path_factory: pytest.TempPathFactory) -> Broken:
    return Broken(three.builds.runs, tmp_path_factory.mktemp("broken"), f"s3://{BUCKET}/broken")


@pytest.mark.parametrize("dialect", FORGOTTEN)
def test_a_macro_broken_for_one_dialect_turns_exactly_that_target_red(
    three: ThreeTargets, broken: Broken, dialect: str
) -> None:
    rows = broken.build(
        f"broken_{dialect}", [broken.duckdb, three.athena, three.redshift], FORGOTTEN[dialect]
    )
    red = {name: broken.differences(found) for name, found in rows.items() if broken.differences(found)}
    assert [name.removesuffix("_s3") for name in red] == [dialect]
    said = "silver.base_histories__lines, key ('a', 2), column _is_deleted: expected true, got false"
    assert said in map(str, *red.values())


@each_target
def test_a_build_tells_how_new_the_catalogs_files_are(first_build: ThreeTargets, target: str) -> None:
    said = (first_build.artifacts(getattr(first_build, target)) / "said").read_text("utf-8")
    newest = (
        r"Bronze is read as `landfall catalog` listed it: its newest file is of \d{4}-\d\d-\d\d \d\d:\d\d"
    )
    assert re.search(newest, said)
