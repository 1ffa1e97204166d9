"""The WooCommerce shop: the same for a seed, the same in both storages, and alive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion.demo.woocommerce.generator import generate
from ingestion.demo.woocommerce.load import from_generator
from ingestion.demo.woocommerce.storage import COLUMNS, OrderStorage
from ingestion.demo.woocommerce.traffic import run_traffic
from ingestion.demo.woocommerce.transactions import KINDS
from ingestion.errors import LandfallError
from ingestion.mysql.connection import sql_name
from ingestion.mysql.engine import MysqlCatalog, MysqlEngine
from ingestion.registry import find_source
from ingestion.replica.declaration import wrong_declarations
from tests.mysql import Mysql
from tests.traffic import traffic_of

STORAGES: tuple[OrderStorage, ...] = ("tables", "posts")


def one(mysql: Mysql, query: str) -> object:
    ((value,),) = mysql.execute(query)
    return value


def sizes(mysql: Mysql) -> dict[str, object]:
    return {table: one(mysql, f"select count(*) from {table}") for table in COLUMNS}


@pytest.mark.parametrize("storage", STORAGES)
def test_the_same_seed_gives_the_same_shop(storage: OrderStorage) -> None:
    assert generate(50, 3, storage) == generate(50, 3, storage)
    assert generate(50, 3, storage) != generate(50, 4, storage)


def test_both_storages_hold_the_same_orders() -> None:
    tables, posts = (generate(200, 3, storage) for storage in STORAGES)
    for table in COLUMNS:
        if table.startswith("wp_wc_order"):
            assert tables[table] and table not in posts
        elif table not in ("wp_posts", "wp_postmeta", "wp_options"):
            assert tables[table] == posts[table]
    numbers = [{row[0] for row in shop["wp_posts"]} for shop in (tables, posts)]
    assert numbers[0] == numbers[1]
    kinds = {row[-1] for row in tables["wp_posts"]}
    assert "shop_order_placehold" in kinds and "shop_order" not in kinds


def test_the_tables_are_declared_as_they_are(mysql: Mysql) -> None:
    from_generator(mysql.dsn, 10)
    source = replace(find_source("woocommerce"), schema=mysql.name)
    assert wrong_declarations(source, MysqlEngine(), MysqlCatalog(mysql.connection)) == []


def test_a_shop_that_is_there_is_replaced_only_on_demand(mysql: Mysql) -> None:
    from_generator(mysql.dsn, 10)
    with pytest.raises(LandfallError, match=r"already holds wp_options, wp_postmeta.*reset"):
        from_generator(mysql.dsn, 20)
    before = one(mysql, "select count(*) from wp_wc_orders where type = 'shop_order'")
    from_generator(mysql.dsn, 20, reset=True, order_storage="posts")
    assert (before, one(mysql, "select count(*) from wp_wc_orders")) == (10, 0)
    assert one(mysql, "select count(*) from wp_posts where post_type = 'shop_order'") == 20


def test_the_database_is_made_where_it_is_missing(mysql: Mysql) -> None:
    name = f"{mysql.name}_new"
    try:
        from_generator(mysql.server.dsn(name), 5)
        assert one(mysql, f"select count(*) from {sql_name(name)}.wp_options") == 5
    finally:
        mysql.execute(f"drop database if exists {sql_name(name)}")


def test_wrong_use_is_told_in_one_line(mysql: Mysql) -> None:
    with pytest.raises(LandfallError, match="cannot generate 0 orders"):
        from_generator(mysql.dsn, 0)
    with pytest.raises(LandfallError, match="names no database"):
        from_generator(mysql.server.dsn(""), 5)
    with pytest.raises(LandfallError, match="holds no shop"):
        run_traffic(mysql.dsn, seconds=1)
    with pytest.raises(LandfallError, match="more than 0"):
        run_traffic(mysql.dsn, rate=0)


DIRT = {
    "a key that stands twice": "select count(*) from wp_woocommerce_order_itemmeta as a"
    " join wp_woocommerce_order_itemmeta as b on a.order_item_id = b.order_item_id"
    " and a.meta_key = b.meta_key and a.meta_id < b.meta_id and a.meta_value <> b.meta_value",
    "text for a number": "select count(*) from wp_woocommerce_order_itemmeta where meta_value = 'many'",
    "an empty price": "select count(*) from wp_postmeta"
    " where meta_key = '_regular_price' and meta_value = ''",
    "orders in the bin": "select count(*) from wp_wc_orders where status = 'trash'",
    "drafts": "select count(*) from wp_wc_orders where status in ('auto-draft', 'wc-checkout-draft')",
    "another currency": "select count(*) from wp_wc_orders where currency in ('GBP', 'USD')",
    "a guest in two spellings": "select count(*) from wp_wc_orders as a join wp_wc_orders as b"
    " on a.id < b.id and a.customer_id = 0 and b.customer_id = 0"
    " and lower(trim(a.billing_email)) = lower(trim(b.billing_email))"
    " and binary a.billing_email <> binary b.billing_email",
    "users who are gone": "select count(*) from wp_wc_orders"
    " where customer_id > 0 and customer_id not in (select ID from wp_users)",
    "products that are gone": "select count(*) from wp_woocommerce_order_itemmeta"
    " where meta_key = '_product_id'"
    " and meta_value not in (select ID from wp_posts where post_type = 'product')",
    "whole refunds": "select count(*) from wp_wc_orders as r join wp_wc_orders as o"
    " on o.id = r.parent_order_id where r.total_amount = -o.total_amount",
    "refunds in part": "select count(*) from wp_wc_orders as r join wp_wc_orders as o"
    " on o.id = r.parent_order_id where r.total_amount > -o.total_amount",
    "coupons": "select count(*) from wp_woocommerce_order_items where order_item_type = 'coupon'",
    "fees": "select count(*) from wp_woocommerce_order_items where order_item_type = 'fee'",
    "variations": "select count(*) from wp_posts where post_type = 'product_variation' and post_parent > 0",
}  # fmt: skip


def test_the_shop_is_as_dirty_as_real_ones(mysql: Mysql) -> None:
    from_generator(mysql.dsn, 400, seed=5)
    assert [what for what, query in DIRT.items() if not one(mysql, query)] == []


def test_an_order_is_the_sum_of_its_items(mysql: Mysql) -> None:
    from_generator(mysql.dsn, 100)
    values = (
        "select sum(cast(m.meta_value as decimal(26,8))) from wp_woocommerce_order_items as i"
        " join wp_woocommerce_order_itemmeta as m on m.order_item_id = i.order_item_id"
        " and m.meta_key in ('_line_total', '_line_tax', 'cost', 'total_tax') where i.order_id = o.id"
        " and m.meta_value <> '99.99'"
    )
    query = f"select count(*) from wp_wc_orders as o where abs(total_amount - ({values})) > 0.01"
    assert one(mysql, query) == 0


@pytest.mark.parametrize("storage", STORAGES)
def test_traffic_does_each_kind_and_counts_what_it_did(mysql: Mysql, storage: OrderStorage) -> None:
    from_generator(mysql.dsn, 150, order_storage=storage)
    before = sizes(mysql)
    counts = traffic_of(run_traffic, mysql.dsn, 600, seed=1)
    assert set(counts.transactions) == set(KINDS)
    assert counts.rolled_back > 0
    for table, size in sizes(mysql).items():
        assert size == before[table] + counts.inserts[table] - counts.deletes[table], table
    in_tables = one(mysql, "select count(*) from wp_wc_orders")
    in_posts = one(mysql, "select count(*) from wp_posts where post_type = 'shop_order'")
    assert (bool(in_tables), bool(in_posts)) == (storage == "tables", storage == "posts")
