from collections.abc import Iterator

import duckdb
import pytest

from ingestion.demo.olist.generator import TABLES, generate
from ingestion.errors import LandfallError

ORDERS = 5000


@pytest.fixture(scope="module")
def shop() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as db:
        for name, table in generate(ORDERS, seed=1).items():
            db.register(name, table)
        yield db


def ask(shop: duckdb.DuckDBPyConnection, query: str) -> float:
    (row,) = shop.sql(query).fetchall()
    return float(row[0])


def test_same_seed_same_shop() -> None:
    first, second, other = generate(700, seed=5), generate(700, seed=5), generate(700, seed=6)
    assert set(first) == set(TABLES)
    for table in TABLES:
        assert first[table].equals(second[table]), table
    assert not first["orders"].equals(other["orders"])


@pytest.mark.parametrize("orders", [1, 2, 10, 1000])
def test_any_size(orders: int) -> None:
    shop = generate(orders)
    assert shop["orders"].num_rows == shop["customers"].num_rows == orders


def test_no_orders_is_refused() -> None:
    with pytest.raises(LandfallError, match="ask for 1 or more"):
        generate(0)


@pytest.mark.parametrize(
    ("child", "parent", "key"),
    [
        ("orders", "customers", "customer_id"),
        ("order_items", "orders", "order_id"),
        ("order_items", "products", "product_id"),
        ("order_items", "sellers", "seller_id"),
        ("order_payments", "orders", "order_id"),
        ("order_reviews", "orders", "order_id"),
    ],
)
def test_everything_refers_to_rows_that_exist(
    shop: duckdb.DuckDBPyConnection, child: str, parent: str, key: str
) -> None:
    assert ask(shop, f"select count(*) from {child} anti join {parent} using ({key})") == 0


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("customers", "customer_id"),
        ("orders", "order_id"),
        ("products", "product_id"),
        ("sellers", "seller_id"),
        ("order_items", "order_id, order_item_id"),
        ("order_payments", "order_id, payment_sequential"),
        ("order_reviews", "review_id, order_id"),
        ("product_category_name_translation", "product_category_name"),
    ],
)
def test_keys_are_unique(shop: duckdb.DuckDBPyConnection, table: str, key: str) -> None:
    doubles = f"select count(*) from (select {key} from {table} group by all having count(*) > 1)"
    assert ask(shop, doubles) == 0


def test_ids_look_like_the_published_ones(shop: duckdb.DuckDBPyConnection) -> None:
    for column, table in [("order_id", "orders"), ("review_id", "order_reviews")]:
        odd = f"not regexp_full_match({column}, '[0-9a-f]{{32}}')"
        assert ask(shop, f"select count(*) from {table} where {odd}") == 0


# What the share of rows is that make the published set what it is, and what it may be here.
SHAPE = {
    "orders of several sellers": (
        "select avg((sellers > 1)::int) from"
        " (select count(distinct seller_id) as sellers from order_items group by order_id)",
        (0.01, 0.06),
    ),
    "orders of several lines": (
        "select avg((n > 1)::int) from (select count(*) as n from order_items group by order_id)",
        (0.07, 0.13),
    ),
    "buyers who come back": (
        "select avg((n > 1)::int) from (select count(*) as n from customers group by customer_unique_id)",
        (0.02, 0.05),
    ),
    "payments in instalments": (
        "select avg((payment_installments > 1)::int) from order_payments",
        (0.3, 0.6),
    ),
    "orders with several payments": (
        "select avg((n > 1)::int) from (select count(*) as n from order_payments group by order_id)",
        (0.02, 0.05),
    ),
    "vouchers": (
        "select avg((payment_type = 'voucher')::int) from order_payments",
        (0.05, 0.15),
    ),
    "orders without a review": (
        "select avg((review_id is null)::int) from orders left join order_reviews using (order_id)",
        (0.004, 0.02),
    ),
    "reviews at several orders": (
        "select avg((n > 1)::int) from (select count(*) as n from order_reviews group by review_id)",
        (0.002, 0.02),
    ),
    "orders with several reviews": (
        "select avg((n > 1)::int) from (select count(*) as n from order_reviews group by order_id)",
        (0.002, 0.02),
    ),
    "orders without lines": (
        "select avg((product_id is null)::int) from orders left join order_items using (order_id)",
        (0.004, 0.02),
    ),
    "products without a category": (
        "select avg((product_category_name is null)::int) from products",
        (0.01, 0.03),
    ),
    "products of an untranslated category": (
        "select avg((product_category_name_english is null)::int) from products"
        " left join product_category_name_translation using (product_category_name)"
        " where product_category_name is not null",
        (0.0005, 0.01),
    ),
    "late deliveries": (
        "select avg((order_delivered_customer_date > order_estimated_delivery_date)::int) from orders",
        (0.06, 0.12),
    ),
    "repeated coordinates": (
        "select avg((n > 1)::int) from (select count(*) as n"
        " from geolocation group by geolocation_lat, geolocation_lng)",
        (0.01, 0.2),
    ),
    "reviews with a comment": (
        "select avg((review_comment_message is not null)::int) from order_reviews",
        (0.35, 0.5),
    ),
}


@pytest.mark.parametrize("name", SHAPE)
def test_shape(shop: duckdb.DuckDBPyConnection, name: str) -> None:
    query, (low, high) = SHAPE[name]
    assert low <= ask(shop, query) <= high


def test_lateness_differs_by_state(shop: duckdb.DuckDBPyConnection) -> None:
    late = dict(
        shop.sql(
            "select customer_state,"
            " avg((order_delivered_customer_date > order_estimated_delivery_date)::int)"
            " from orders join customers using (customer_id) group by 1"
        ).fetchall()
    )
    assert late["RJ"] > 1.4 * late["SP"]
    assert late["BA"] > 1.4 * late["SP"]


def test_every_status_has_its_milestones(shop: duckdb.DuckDBPyConnection) -> None:
    statuses = {
        status: milestones
        for status, *milestones in shop.sql(
            "select order_status, avg((order_approved_at is not null)::int),"
            " avg((order_delivered_carrier_date is not null)::int),"
            " avg((order_delivered_customer_date is not null)::int) from orders group by 1"
        ).fetchall()
    }
    assert statuses["created"] == [0, 0, 0]
    for status in ("approved", "invoiced", "processing", "unavailable"):
        assert statuses[status] == [1, 0, 0], status
    assert statuses["shipped"] == [1, 1, 0]
    assert statuses["delivered"][:2] == [1, 1]
    assert statuses["delivered"][2] > 0.99
    assert 0 < statuses["canceled"][0] < 1


def test_milestones_follow_each_other(shop: duckdb.DuckDBPyConnection) -> None:
    assert ask(shop, "select count(*) from orders where order_approved_at < order_purchase_timestamp") == 0
    assert ask(
        shop,
        "select count(*) from orders"
        " where order_delivered_customer_date < order_delivered_carrier_date",
    ) == 0  # fmt: skip


def test_orders_without_lines_were_never_sent(shop: duckdb.DuckDBPyConnection) -> None:
    statuses = shop.sql(
        "select distinct order_status from orders anti join order_items using (order_id)"
    ).fetchall()
    assert {status for (status,) in statuses} <= {"created", "canceled", "unavailable"}


def test_payments_make_up_the_orders_amount(shop: duckdb.DuckDBPyConnection) -> None:
    assert ask(
        shop,
        "with owed as (select order_id, sum(price + freight_value) as due"
        " from order_items group by 1),"
        " paid as (select order_id, sum(payment_value) as paid from order_payments group by 1)"
        " select count(*) from owed left join paid using (order_id) where due is distinct from paid",
    ) == 0  # fmt: skip


@pytest.mark.parametrize("text", ["\r\n", '"', "\\", "é", "👏🏽"])
def test_comments_hold_awkward_text(shop: duckdb.DuckDBPyConnection, text: str) -> None:
    found = shop.execute(
        "select count(*) from order_reviews where contains(review_comment_message, ?)", [text]
    ).fetchone()
    assert found is not None
    assert found[0] > 0


@pytest.mark.parametrize("column", ["review_comment_title", "review_comment_message"])
def test_empty_is_not_null(shop: duckdb.DuckDBPyConnection, column: str) -> None:
    assert ask(shop, f"select count(*) from order_reviews where {column} = ''") > 0
    assert ask(shop, f"select count(*) from order_reviews where {column} is null") > 0


def test_orders_spread_over_two_years(shop: duckdb.DuckDBPyConnection) -> None:
    first, last = shop.sql(
        "select min(order_purchase_timestamp), max(order_purchase_timestamp) from orders"
    ).fetchall()[0]
    assert (first.year, last.year) == (2016, 2018)
