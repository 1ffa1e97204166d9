"""Gold on a live source: incremental builds equal a full refresh, row by row, and touch what changed."""

from __future__ import annotations

from ingestion.demo.olist.traffic import run_traffic
from tests.e2e.conftest import Shop, contents, gold_tables

EVERYTHING = ("--select", "bronze_files", "silver", "gold", "marts", "resource_type:seed")


def test_incremental_gold_equals_a_full_refresh(shop: Shop) -> None:
    shop.replicate()
    shop.build(*EVERYTHING)
    for seed in (1, 2):
        run_traffic(shop.dsn, seconds=3, seed=seed)
        shop.execute(
            # an order that loses a line, one that goes altogether, and dimensions that change under facts
            "delete from order_items where ctid in (select ctid from order_items limit 2)",
            "with gone as (select order_id from orders "
            "where order_id not in (select order_id from order_items) limit 1), "
            "p as (delete from order_payments where order_id in (select order_id from gone)), "
            "r as (delete from order_reviews where order_id in (select order_id from gone)) "
            "delete from orders where order_id in (select order_id from gone)",
            "update products set product_category_name = 'novo' "
            "where product_id in (select product_id from order_items limit 3)",
            f"insert into product_category_name_translation values ('novo{seed}', 'new')",
            "update product_category_name_translation set product_category_name_english = 'renamed' "
            "where product_category_name in (select product_category_name from products limit 1)",
            f"update sellers set seller_city = 'moved {seed}' "
            "where ctid in (select ctid from sellers limit 2)",
            "update customers set customer_unique_id = (select min(customer_unique_id) from customers) "
            "where customer_id in (select customer_id from customers order by 1 desc limit 2)",
        )
        shop.replicate()
        shop.build(*EVERYTHING)
    assert shop.differences() == {}
    names = gold_tables(shop.home)
    assert len(names) == 25
    incremental = {name: contents(shop.home, name) for name in names}
    shop.build("--full-refresh", "--select", "gold", "marts")
    for name in names:
        assert contents(shop.home, name) == incremental[name], name


def test_an_incremental_build_of_a_fact_rewrites_only_changed_orders(shop: Shop) -> None:
    shop.replicate()
    shop.build(*EVERYTHING)
    ((order,),) = shop.query("select min(order_id) from gold.fact_orders")
    before = dict(shop.query("select order_line_key, _applied_at from gold.fact_orders"))
    shop.execute(f"update orders set order_status = 'canceled' where order_id = '{order}'")
    shop.replicate()
    shop.build(*EVERYTHING)
    rewritten = {
        order_id
        for key, order_id, at in shop.query(
            "select order_line_key, order_id, _applied_at from gold.fact_orders"
        )
        if at != before[key]
    }
    assert rewritten == {order}
    status = shop.query(f"select distinct order_status from gold.fact_orders where order_id = '{order}'")
    assert status == [("canceled",)]
