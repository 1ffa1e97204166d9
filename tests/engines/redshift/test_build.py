"""dbt-redshift on the stand-in and DuckDB, fed from one bronze: every table the same, row by row.

A green run says that the adapter, the order of its statements, the incremental logic and the results
are right; see docs/redshift.md for what only an account can show.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg2
import psycopg2.extras
import pytest
from psycopg2.extensions import connection
from sqlfluff.core import FluffConfig, Linter

from ingestion.cli.dbt import PROJECT, run_dbt
from ingestion.cli.source import task
from ingestion.demo.olist.load import from_generator
from ingestion.demo.olist.traffic import run_traffic
from ingestion.home import REPOSITORY, Home
from ingestion.registry import find_source
from tests.engines.parity import CLOCKS, Difference, Row, compare
from tests.engines.redshift.bronze import mount_bronze
from tests.engines.redshift.stand_in import StandIn

# A clock, too: when a change was written.
IGNORED = CLOCKS | {"changed_at"}

# What traffic alone hardly brings: an order that loses a line, one that goes, dimensions that change
# under facts, and a text that is longer than Redshift's plain varchar.
CHANGES = (
    "delete from order_items where ctid in (select ctid from order_items limit 2)",
    "with gone as (select order_id from orders "
    "where order_id not in (select order_id from order_items) limit 1), "
    "p as (delete from order_payments where order_id in (select order_id from gone)), "
    "r as (delete from order_reviews where order_id in (select order_id from gone)) "
    "delete from orders where order_id in (select order_id from gone)",
    "update products set product_category_name = 'novo' "
    "where product_id in (select product_id from order_items limit 3)",
    "insert into product_category_name_translation values ('novo', 'new')",
    "update sellers set seller_city = repeat('ã', 300) where ctid in (select ctid from sellers limit 2)",
    "update customers set customer_unique_id = (select min(customer_unique_id) from customers) "
    "where customer_id in (select customer_id from customers order by 1 desc limit 2)",
    "update order_reviews set review_comment_message = repeat('Muito bom! ', 60) "
    "where ctid in (select ctid from order_reviews limit 1)",
)


@dataclass
class Warehouses:
    """Both warehouses over one lake, each with a home of its own, so that dbt parses once for each."""

    redshift: StandIn
    redshift_home: Home
    duckdb_home: Home
    profiles: Path

    def run_on_both(self, command: str) -> None:
        """A dbt command on Redshift, and `dbt run` on DuckDB; every node must succeed."""
        with ThreadPoolExecutor() as pool:
            in_duckdb = pool.submit(self._dbt, self.duckdb_home, "duckdb", "run")
            self.run_on_redshift(command)
            in_duckdb.result()

    def run_on_redshift(self, *arguments: str) -> None:
        mount_bronze(self.redshift, self.redshift_home.lake, PROJECT)
        self._dbt(self.redshift_home, "redshift", *arguments)

    def _dbt(self, home: Home, target: str, *arguments: str) -> None:
        result = run_dbt(home, *arguments, "--target", target, "--profiles-dir", str(self.profiles))
        assert result.succeeded, result.messages

    def relations(self) -> dict[str, list[str]]:
        """Every model of silver, gold and marts with the columns by which its rows are told apart."""
        manifest = json.loads((self.redshift_home.dbt / "manifest.json").read_text("utf-8"))
        found = {}
        for node in manifest["nodes"].values():
            if node["resource_type"] == "model":
                columns = list(node["columns"])
                keys = [name for name in columns if name.endswith(("_id", "_key"))]
                found[f"{node['schema']}.{node['name']}"] = (
                    node["config"]["unique_key"] or keys or columns[:1]
                )
        return found

    def differences(self, leave_out: str = "") -> list[Difference]:
        server = psycopg2.connect(self.redshift.dsn)
        warehouse = duckdb.connect(str(self.duckdb_home.warehouse), read_only=True)

        def in_duckdb(relation: str) -> Iterable[Row]:
            rows = warehouse.execute(f"select * from {relation}")
            names = [str(column[0]) for column in rows.description]
            return (dict(zip(names, row, strict=True)) for row in rows.fetchall())

        def in_redshift(relation: str) -> Iterable[Row]:
            with server.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(f"select * from {relation}")
                return cursor.fetchall()

        with closing(server), warehouse:
            return [
                difference
                for relation, key in self.relations().items()
                if relation != leave_out
                for difference in compare(relation, in_duckdb, in_redshift, key, IGNORED)
            ]


@pytest.fixture(scope="module")
def warehouses(redshift: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouses]:
    folder = tmp_path_factory.mktemp("warehouses")
    shutil.copy(REPOSITORY / "profiles.yml.example", folder / "profiles.yml")
    homes = []
    for name in ("redshift", "duckdb"):
        (folder / name).mkdir()
        homes.append(Home(folder / name, lake=str(folder / "lake")))
    with pytest.MonkeyPatch.context() as environment:
        for name, value in redshift.environment().items():
            environment.setenv(name, value)
        yield Warehouses(redshift, *homes, profiles=folder)


def replicate(dsn: str, warehouses: Warehouses) -> None:
    task(find_source("olist"), dsn, warehouses.duckdb_home).run(follow=False, reload=False)


def test_both_warehouses_are_equal_after_each_build(
    warehouses: Warehouses, database: connection, dsn: str
) -> None:
    from_generator(database, 200, seed=11)
    replicate(dsn, warehouses)
    warehouses.run_on_both("run")
    assert warehouses.differences() == []
    assert len(warehouses.relations()) > 40

    run_traffic(dsn, seconds=2, seed=1)
    with database.cursor() as cursor:
        for change in CHANGES:
            cursor.execute(change)
    replicate(dsn, warehouses)
    warehouses.run_on_both("build")
    assert warehouses.differences() == []

    # the same whether grown or made anew: DuckDB keeps what it grew
    warehouses.run_on_redshift("run", "--full-refresh")
    # it tells what each run checked, and DuckDB's were two
    assert warehouses.differences(leave_out="silver.bronze_rows_checked") == []


def test_tables_lie_where_joins_and_reports_want_them(warehouses: Warehouses) -> None:
    rows = warehouses.redshift.execute(
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


def test_texts_are_as_wide_as_they_may_get(warehouses: Warehouses) -> None:
    widths = dict(
        warehouses.redshift.execute(
            "select tablename || '.' || \"column\", type from pg_table_def "
            "where schemaname in ('silver', 'gold')"
        )
    )
    for text in ("base_olist__order_reviews.review_comment_message", "dim_sellers.city"):
        assert widths[text] == "character varying(65535)"
    for key in ("fact_orders.customer_key", "dim_customers.customer_key"):
        assert widths[key] == "character varying(32)"


def test_views_outlive_the_tables_under_them(warehouses: Warehouses) -> None:
    views = warehouses.redshift.execute(
        "select viewname, definition like '%redshift_late_binding.%' from pg_views "
        "where schemaname in ('silver', 'gold')"
    )
    assert len(views) >= 20
    assert [name for name, is_late_binding in views if not is_late_binding] == []


def test_the_compiled_sql_is_of_the_dialect(warehouses: Warehouses) -> None:
    linter = Linter(
        FluffConfig(overrides={"dialect": "redshift", "templater": "raw", "large_file_skip_byte_limit": 0})
    )
    compiled = warehouses.redshift_home.dbt / "compiled/landfall/models"
    # of the tables that one macro makes, one
    wanted = (
        *("silver/bronze_files.sql", "silver/olist/base_olist__order_items.sql"),
        *("silver/olist/hist_*.sql", "gold/*.sql", "gold/intermediate/*.sql", "marts/*.sql"),
    )
    models = [path for pattern in wanted for path in compiled.glob(pattern)]
    assert len(models) > 20
    for path in models:
        assert linter.parse_string(path.read_text("utf-8")).violations == [], path.name
