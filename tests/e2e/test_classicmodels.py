"""The wholesaler from a live MySQL to staging: what gold will read is what the source holds."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import duckdb
import pytest

from ingestion.cli.dbt import run_dbt
from ingestion.cli.source import task
from ingestion.demo.classicmodels.load import DATABASE, TABLES, from_generator
from ingestion.demo.classicmodels.traffic import run_traffic
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.errors import LandfallError
from ingestion.home import Home
from ingestion.mysql.connection import connect
from ingestion.mysql.connection import rows as query
from ingestion.reconcile.compare import reconcile
from ingestion.registry import find_source
from tests.e2e.conftest import Shop
from tests.traffic import traffic_of

Row = tuple[object, ...]

SILVER = (
    "--select",
    "bronze_files",
    "bronze_rows_checked",
    "rejected_rows",
    "path:models/silver/classicmodels",
)

# What the source says, and what staging says to the same question.
QUESTIONS = {
    "orders": (
        "select cast(orderNumber as char), cast(customerNumber as char), status,"
        " timestamp(orderDate), timestamp(shippedDate), timestamp(requiredDate) from orders",
        "select order_id, customer_id, order_status, ordered_at, shipped_at, estimated_delivery_at"
        " from stg_classicmodels__orders",
    ),
    "lines": (
        "select cast(orderNumber as char), count(*), sum(quantityOrdered), sum(quantityOrdered * priceEach)"
        " from orderdetails group by 1",
        "select order_id, count(distinct line_number), sum(quantity), sum(line_amount)"
        " from stg_classicmodels__order_lines group by all",
    ),
    "line numbers, where they are unique": (
        "select cast(orderNumber as char), productCode, orderLineNumber, priceEach from orderdetails"
        " where orderNumber not in"
        " (select orderNumber from orderdetails group by orderNumber, orderLineNumber having count(*) > 1)",
        "select order_id, product_id, line_number, unit_price::decimal(10, 2)"
        " from stg_classicmodels__order_lines where order_id not in"
        " (select orderNumber::varchar from base_classicmodels__orderdetails where not _is_deleted"
        " group by orderNumber, orderLineNumber having count(*) > 1)",
    ),
    "payments": (
        "select concat(customerNumber, '-', checkNumber), cast(customerNumber as char), amount,"
        " timestamp(paymentDate) from payments",
        "select payment_id, customer_id, amount, paid_at from stg_classicmodels__payments",
    ),
    "balances": (
        "select cast(customerNumber as char), sum(amount) from ("
        "select customerNumber, quantityOrdered * priceEach as amount from orders"
        " join orderdetails using (orderNumber) where status <> 'Cancelled'"
        " union all select customerNumber, -amount from payments) as movements group by 1",
        "select customer_id, sum(amount) from ("
        "select customer_id, line_amount as amount from stg_classicmodels__orders"
        " join stg_classicmodels__order_lines using (order_id) where order_status <> 'Cancelled'"
        " union all select customer_id, -amount from stg_classicmodels__payments) group by all",
    ),
    "customers": (
        "select cast(customerNumber as char), customerName, cast(salesRepEmployeeNumber as char), creditLimit"
        " from customers",
        "select customer_id, customer_name, sales_employee_id, credit_limit"
        " from stg_classicmodels__customer_states where valid_to is null and not is_deleted",
    ),
    "customers by place": (
        "select upper(trim(country)), city, count(*) from customers group by 1, 2",
        "select upper(places.country_code), places.city, count(*) from stg_classicmodels__customer_states"
        " join (select distinct on (location_id) * from stg_classicmodels__places) as places"
        " using (location_id)"
        " where valid_to is null and not is_deleted group by all",
    ),
    "products": (
        "select productCode, productName, productLine, productVendor, productScale, buyPrice, MSRP"
        " from products",
        "select product_id, product_name, category_name, vendor, scale, buy_price, list_price"
        " from stg_classicmodels__product_states where valid_to is null and not is_deleted",
    ),
    "employees": (
        "select cast(employeeNumber as char), firstName, lastName, jobTitle, email, officeCode,"
        " cast(reportsTo as char) from employees",
        "select employee_id, first_name, last_name, job_title, email, office_id, reports_to_employee_id"
        " from stg_classicmodels__employee_states where valid_to is null and not is_deleted",
    ),
    "offices": (
        "select officeCode, city, country, territory from offices",
        "select office_id, city, country, territory from stg_classicmodels__office_states"
        " where valid_to is null and not is_deleted",
    ),
    "product lines": (
        "select productLine, textDescription, htmlDescription from productlines",
        "select category_name, text_description, html_description from stg_classicmodels__productlines",
    ),
}


class Wholesaler:
    """The shop, its replica and its warehouse."""

    def __init__(self, dsn: str, home: Home) -> None:
        self.dsn = dsn
        self.home = home
        self.source = find_source(DATABASE)

    def execute(self, *statements: str) -> list[Row]:
        """Each in a transaction of its own; rows of the last."""
        found: list[Row] = []
        with closing(connect(self.dsn)) as connection:
            for statement in statements:
                found = query(connection, statement)
        return found

    def replicate(self) -> None:
        task(self.source, self.dsn, self.home).run(follow=False)

    def build(self, command: str) -> None:
        result = run_dbt(self.home, command, *SILVER)
        assert result.succeeded, result.messages

    def query(self, sql: str) -> list[Row]:
        """Rows from silver."""
        with duckdb.connect(str(self.home.warehouse), read_only=True) as warehouse:
            warehouse.execute("use silver")
            return warehouse.execute(sql).fetchall()

    def check(self) -> None:
        """Silver is what the source is, and staging answers every question as the source does."""
        results = reconcile(self.source, self.dsn, self.home.warehouse)
        assert [result.table for result in results if not result.silver_rows] == []
        assert {result.table: result.shown for result in results if result.differences} == {}
        for what, (asked, answered) in QUESTIONS.items():
            expected = sorted(self.execute(asked), key=repr)
            assert expected, what
            assert sorted(self.query(answered), key=repr) == expected, what


@pytest.fixture
def wholesaler(mariadb: MariadbServer, home: Home) -> Iterator[Wholesaler]:
    """A shop of 200 orders; nothing is replicated yet."""
    made = Wholesaler(mariadb.dsn(DATABASE), home)
    from_generator(made.dsn, 200, seed=7, reset=True)
    yield made
    made.execute(f"drop database {DATABASE}")


def test_staging_agrees_with_the_live_source_before_and_after_traffic(wholesaler: Wholesaler) -> None:
    wholesaler.replicate()
    wholesaler.build("run")
    wholesaler.check()

    counts = traffic_of(run_traffic, wholesaler.dsn, 400, seed=4)
    wholesaler.replicate()
    ops: dict[str, Counter[str]] = {op: Counter() for op in "IUD"}
    folder = f"{wholesaler.home.lake}/bronze/{DATABASE}/{DATABASE}"
    for op, table, n in duckdb.sql(
        f"select \"Op\", split_part(substr(filename, {len(folder) + 2}), '/', 1), count(*)"
        f" from read_parquet('{folder}/*/2*/**/*.parquet', filename = true, union_by_name = true)"
        " group by all"
    ).fetchall():
        ops[op][table] = n
    assert ops == {"I": counts.inserts, "U": counts.updates, "D": counts.deletes}

    # two lines of an order share a number, which nothing in the source forbids
    ((order,),) = wholesaler.execute(
        "select max(orderNumber) from orderdetails where orderLineNumber = 2",
    )
    wholesaler.execute(f"update orderdetails set orderLineNumber = 1 where orderNumber = {order}")
    wholesaler.replicate()
    wholesaler.build("build")
    wholesaler.check()
    tombstones = wholesaler.query(
        "select count(*) filter (where _is_deleted) from base_classicmodels__payments"
        " union all select count(*) - count(distinct payment_id) from stg_classicmodels__payment_changes"
    )
    assert tombstones[0][0] > 0 and tombstones[1][0] == 0


def test_histories_tell_who_looked_after_whom_and_what_things_cost(wholesaler: Wholesaler) -> None:
    ((leaver, buyer, other),) = wholesaler.execute(
        "select salesRepEmployeeNumber, min(customerNumber), (select max(employeeNumber) from employees"
        " where jobTitle = 'Sales Rep' and employeeNumber <> salesRepEmployeeNumber) from customers"
        " where salesRepEmployeeNumber is not null group by 1 order by 1 limit 1"
    )
    wholesaler.replicate()
    # MariaDB's log knows the second of a commit and no more
    time.sleep(1.1)
    wholesaler.execute(
        f"update customers set salesRepEmployeeNumber = {other} where salesRepEmployeeNumber = {leaver}",
        f"delete from employees where employeeNumber = {leaver}",
        "update products set MSRP = 100.01 where productCode = (select min(productCode) from products)",
    )
    wholesaler.replicate()
    wholesaler.build("run")
    wholesaler.check()
    assert wholesaler.query(
        "select sales_employee_id, valid_to is null from stg_classicmodels__customer_states"
        f" where customer_id = '{buyer}' order by valid_from"
    ) == [(str(leaver), False), (str(other), True)]
    assert wholesaler.query(
        "select is_deleted, valid_to is null from stg_classicmodels__employee_states"
        f" where employee_id = '{leaver}' order by valid_from"
    ) == [(False, False), (True, True)]
    prices = wholesaler.query(
        "select list_price from stg_classicmodels__product_states where product_id ="
        " (select min(product_id) from stg_classicmodels__product_states) order by valid_from"
    )
    assert len(prices) == 2 and str(prices[1][0]) == "100.01" and prices[0] != prices[1]


def test_without_bronze_of_the_wholesaler_its_tables_are_there_and_empty(shop: Shop) -> None:
    shop.replicate()
    result = run_dbt(shop.home, "build", *SILVER)
    assert result.succeeded, result.messages
    for table in TABLES:
        assert shop.query(f"select count(*) from silver.base_classicmodels__{table}") == [(0,)]
    assert shop.query("select count(*) from silver.stg_classicmodels__order_lines") == [(0,)]
    # what was never replicated here is not stale; a table of a source that was, is
    assert run_dbt(shop.home, "source", "freshness").succeeded
    shutil.rmtree(f"{shop.home.lake}/bronze/olist/public/sellers")
    with pytest.raises(LandfallError, match="could not run"):
        run_dbt(shop.home, "source", "freshness")
