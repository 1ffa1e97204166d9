"""Three shops on two engines in one star schema: what each holds is what its own SQL says, to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
import sqlglot
from sqlglot import expressions

from ingestion.cli.source import task
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.demo.postgres_server import PostgresServer
from ingestion.demo.samples import SAMPLES
from ingestion.home import Home
from ingestion.mysql.connection import connect, rows
from ingestion.reconcile.compare import reconcile
from ingestion.registry import find_source
from tests.conftest import empty_home, mysql_samples, new_database
from tests.e2e.conftest import WITHOUT_TESTS, built_models, contents, gold_tables, query_warehouse, run_dbt
from tests.e2e.shop_totals import AS_OF_ORDER, TOTALS
from tests.olist_changes import CHANGES
from tests.traffic import traffic_of

ORDERS = 200

# What an increment must not undo or forget that comes after another one.
CHANGED_AGAIN = (
    "update sellers set seller_city = 'moved again' where ctid in (select ctid from sellers limit 3)",
    "update products set product_category_name = 'beleza_saude' where product_category_name = 'novo'",
    "update product_category_name_translation set product_category_name_english = 'renamed again' "
    "where product_category_name_english = 'renamed'",
    "delete from order_items where order_id = (select max(order_id) from order_items)",
    "with gone as (select order_id from orders "
    "where order_id not in (select order_id from order_items) order by 1 limit 1), "
    "p as (delete from order_payments where order_id in (select order_id from gone)), "
    "r as (delete from order_reviews where order_id in (select order_id from gone)) "
    "delete from orders where order_id in (select order_id from gone)",
)


@dataclass(frozen=True)
class Shops:
    """Their databases, and the home that holds what they were made into."""

    dsns: dict[str, str]
    home: Home

    def of(self, shop: str, sql: str) -> list[tuple[object, ...]]:
        """Rows of a shop's own database."""
        if SAMPLES[shop].engine == "mysql":
            with closing(connect(self.dsns[shop])) as mysql:
                return rows(mysql, sql)
        with closing(psycopg2.connect(self.dsns[shop])) as postgres, postgres.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def change(self, shop: str, *statements: str) -> None:
        """Statements on a shop's own database, each a transaction."""
        if SAMPLES[shop].engine == "mysql":
            with closing(connect(self.dsns[shop])) as mysql:
                for statement in statements:
                    rows(mysql, statement)
            return
        with closing(psycopg2.connect(self.dsns[shop])) as postgres:
            postgres.autocommit = True
            for statement in statements:
                postgres.cursor().execute(statement)

    def replicate(self) -> None:
        for shop, dsn in self.dsns.items():
            task(find_source(shop), dsn, self.home).run(follow=False)

    def build(self, *options: str) -> None:
        result = run_dbt(self.home, "build", *WITHOUT_TESTS, *options)
        assert result.succeeded, result.messages


@pytest.fixture(scope="module")
def loaded(postgres: PostgresServer, mariadb: MariadbServer, home_dir: Path) -> Iterator[Shops]:
    """After the full load and a first build."""
    with new_database(postgres) as olist, mysql_samples(mariadb) as others:
        dsns = {"olist": olist, **others}
        for name, dsn in dsns.items():
            SAMPLES[name].generate(dsn, ORDERS)
        shops = Shops(dsns, empty_home(home_dir))
        shops.replicate()
        shops.build()
        yield shops


@pytest.fixture(scope="module")
def changed(loaded: Shops) -> Shops:
    """After that, twice: changes of every kind and an incremental build."""
    for seed, changes in enumerate((CHANGES, CHANGED_AGAIN)):
        for shop, dsn in loaded.dsns.items():
            traffic_of(SAMPLES[shop].traffic, dsn, 200, seed=seed)
        loaded.change("olist", *changes)
        loaded.replicate()
        loaded.build()
    return loaded


def agrees(shops: Shops, total: str) -> bool:
    """Whether gold and a shop's own SQL say the same, and say anything."""
    found = TOTALS[total]
    gold = query_warehouse(shops.home, found.gold)
    source = shops.of(found.shop, found.source)
    assert len(source) > 0 and any(value for row in source for value in row)
    assert Counter(gold) == Counter(tuple(row) for row in source)
    return True


@pytest.mark.parametrize("total", TOTALS)
def test_gold_says_what_the_shop_itself_says(loaded: Shops, total: str) -> None:
    assert agrees(loaded, total)


# as customers and products were when they ordered: the source has forgotten that after the changes
@pytest.mark.parametrize("total", [total for total in TOTALS if total not in AS_OF_ORDER])
def test_gold_says_so_after_changes_too(changed: Shops, total: str) -> None:
    assert agrees(changed, total)


@pytest.mark.parametrize("shop", SAMPLES)
def test_silver_equals_each_source(changed: Shops, shop: str) -> None:
    results = reconcile(find_source(shop), changed.dsns[shop], changed.home.warehouse)
    assert {result.table: result.differences for result in results if result.differences} == {}
    assert sum(result.source_rows for result in results) > ORDERS


@pytest.mark.parametrize("fact", ["fact_orders", "fact_order_fulfillment", "fact_payments"])
def test_every_fact_holds_all_shops_and_their_currencies(changed: Shops, fact: str) -> None:
    found = dict(
        query_warehouse(
            changed.home,
            "select source_system, list(distinct currency_code order by currency_code) "
            f"from gold.{fact} group by 1",
        )
    )
    assert set(found) == set(SAMPLES)
    assert found["olist"] == ["BRL"] and found["classicmodels"] == ["USD"]
    assert {"EUR", "GBP", "USD"} <= set(found["woocommerce"])  # type: ignore[call-overload]


def test_incremental_builds_of_all_shops_equal_a_full_refresh(changed: Shops) -> None:
    tables = gold_tables(changed.home)
    assert len(tables) == 25
    incremental = {table: contents(changed.home, table) for table in tables}
    changed.build("--full-refresh", "--select", "gold", "marts")
    for table in tables:
        assert contents(changed.home, table) == incremental[table], table


def test_an_incremental_build_of_a_fact_rewrites_only_changed_orders(changed: Shops) -> None:
    lines = "select order_line_key, source_system, order_id, _applied_at from gold.fact_orders"
    before = {key: at for key, _, _, at in query_warehouse(changed.home, lines)}
    ((order,),) = changed.of("olist", "select min(order_id) from order_items")
    ((number,),) = changed.of("classicmodels", "select min(orderNumber) from orderdetails")
    changed.change("olist", f"update orders set order_status = 'canceled' where order_id = '{order}'")
    changed.change(
        "classicmodels", f"update orders set status = 'Cancelled', comments = '' where orderNumber = {number}"
    )
    changed.replicate()
    changed.build()
    after = query_warehouse(changed.home, lines)
    rewritten = {(shop, of_order) for key, shop, of_order, at in after if at != before[key]}
    assert rewritten == {("olist", order), ("classicmodels", str(number))}
    statuses = f"select distinct order_status from gold.fact_orders where order_id in ('{order}', '{number}')"
    assert set(query_warehouse(changed.home, statuses)) == {("canceled",), ("Cancelled",)}


def test_no_sum_mixes_currencies(changed: Shops) -> None:
    """Each sum of money in gold and marts is of one currency, of one order, or in the reporting currency."""
    found = [
        (model, money, group)
        for model, sql in built_models(changed.home, ("gold", "marts")).items()
        for money, group in money_sums(sql)
    ]
    assert len(found) > 15
    for model, money, group in found:
        alone = money.startswith("reporting_") or group & {"currency_code", "order_id"}
        assert alone, f"{model}: sum({money}) by {sorted(group)}"


def money_sums(sql: str) -> Iterator[tuple[str, set[str]]]:
    """Each column of money that a query adds up, with the columns that it groups by."""
    for query in sqlglot.parse_one(sql, dialect="duckdb").find_all(expressions.Select):
        by = query.args.get("group")
        group = {column.name for column in by.find_all(expressions.Column)} if by else set()
        for output in query.expressions:
            for total in output.find_all(expressions.Sum):
                for column in total.find_all(expressions.Column):
                    if column.name.endswith(("amount", "gmv")):
                        yield column.name, group
