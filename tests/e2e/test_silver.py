"""Silver on a live source: incremental builds, their cost, and reconciliation."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.reconcile.compare import reconcile
from tests.e2e.conftest import SILVER, Shop

Snapshot = Callable[[Shop, str], list[tuple[object, ...]]]

CHANGES = (
    "update customers set customer_city = 'moved' "
    "where customer_id in (select customer_id from customers limit 9)",
    "update product_category_name_translation set product_category_name = product_category_name || '!' "
    "where product_category_name like 'a%'",
    "delete from order_reviews where ctid in (select ctid from order_reviews limit 4)",
    "begin; insert into sellers values ('s1', '1', 'first', 'SP'); update sellers set seller_city = 'second' "
    "where seller_id = 's1'; delete from sellers where seller_id = 's1'; "
    "insert into sellers values ('s1', '2', 'third', 'RJ'); commit",
    "update order_payments set payment_sequential = 9 where ctid = (select min(ctid) from order_payments)",
)


def test_an_incremental_build_equals_the_source_and_a_full_refresh(shop: Shop, snapshot: Snapshot) -> None:
    shop.replicate()
    shop.build()
    assert shop.differences() == {}
    shop.execute(*CHANGES)
    shop.replicate()
    shop.build()
    assert shop.differences() == {}
    tables = [f"silver.base_olist__{table.name}" for table in shop.source.tables]
    tables += [f"silver.hist_olist__{name}" for name in ("customers", "products", "sellers")]
    incremental = {table: snapshot(shop, table) for table in tables}
    shop.build(*SILVER, "--full-refresh")
    for table in tables:
        assert snapshot(shop, table) == incremental[table], table


def test_history_is_what_the_source_went_through(shop: Shop) -> None:
    shop.replicate()
    shop.execute(
        *CHANGES,
        "update sellers set seller_city = 'fourth' where seller_id = 's1'",
        "delete from sellers where seller_id = 's1'",
        "insert into sellers values ('s1', '3', 'fifth', 'MG')",
    )
    shop.replicate()
    shop.build()
    assert shop.query(
        "select seller_city, _is_deleted, _valid_to is null, "
        "_valid_from = lag(_valid_to) over (order by _valid_from) "
        "from silver.hist_olist__sellers where seller_id = 's1' order by _valid_from"
    ) == [
        # first and second were never committed
        ("third", False, False, None),
        ("fourth", False, False, True),
        (None, True, False, True),
        ("fifth", False, True, True),
    ]


def test_an_incremental_build_reads_only_new_files_and_rewrites_only_what_they_touch(shop: Shop) -> None:
    shop.replicate()
    shop.build()
    # a file that was applied is never opened again: if it were, the build would fail
    applied = list(Path(shop.home.lake, "bronze").rglob("*.parquet"))
    assert len(applied) == 9
    for file in applied:
        times = file.stat()
        file.write_bytes(b"\0" * times.st_size)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    before = dict(shop.query("select customer_id, _applied_at from silver.base_olist__customers"))
    (touched,) = shop.query("select customer_id from silver.base_olist__customers order by 1 limit 1")
    shop.execute(f"update customers set customer_city = 'moved' where customer_id = '{touched[0]}'")
    shop.replicate()
    shop.build()
    after = dict(shop.query("select customer_id, _applied_at from silver.base_olist__customers"))
    assert {key for key in after if after[key] != before[key]} == {touched[0]}
    assert shop.differences() == {}


def test_a_build_without_news_rewrites_nothing(shop: Shop) -> None:
    shop.replicate()
    shop.build()
    query = "select max(_applied_at), count(*) from silver.base_olist__orders"
    before = shop.query(query)
    shop.build()
    assert shop.query(query) == before


@pytest.mark.parametrize(
    ("broken", "shown"),
    [
        (
            "update silver.base_olist__order_payments set payment_value = payment_value + 0.01 "
            "where order_id = '{order}'",
            ("differs", "payment_value"),
        ),
        (
            "delete from silver.base_olist__order_payments where order_id = '{order}'",
            ("missing in silver", None),
        ),
        (
            "insert into silver.base_olist__order_payments by name select * replace ('x' as order_id) "
            "from silver.base_olist__order_payments limit 1",
            ("not in the source", None),
        ),
    ],
)
def test_reconciliation_names_table_key_and_column(
    shop: Shop, broken: str, shown: tuple[str, str | None]
) -> None:
    shop.replicate()
    shop.build()
    (row,) = shop.query(
        "select order_id from silver.base_olist__order_payments "
        "group by 1 having count(*) = 1 order by 1 limit 1"
    )
    shop.change(broken.format(order=row[0]))
    assert shop.differences() == {"order_payments": 1}
    (result,) = [r for r in reconcile(shop.source, shop.dsn, shop.home.warehouse) if r.differences]
    (difference,) = result.shown
    assert (difference.kind, difference.column) == shown
    key = "x" if difference.kind == "not in the source" else row[0]
    assert difference.key.startswith(f"order_id={key}, payment_sequential=")


def test_silver_is_whole_again_after_a_reload(shop: Shop) -> None:
    shop.replicate()
    shop.build()
    # truncation is not in the log: only a new load can tell
    shop.execute(
        "truncate order_reviews",
        "insert into order_reviews select 'r', order_id, 5 from orders limit 1",
    )
    shop.replicate()
    shop.build()
    assert shop.differences().keys() == {"order_reviews"}
    shop.replicate(reload=True)
    shop.build()
    assert shop.differences() == {}


def test_history_knows_nothing_of_a_load_that_was_written_over_unread(shop: Shop) -> None:
    shop.replicate()
    shop.build()
    shop.replicate(reload=True)
    shop.build("--select", "bronze_files")  # noticed, and a build that ended there
    shop.replicate(reload=True)
    shop.build()
    assert shop.differences() == {}
    assert shop.query("select count(*) from silver.hist_olist__sellers where _is_deleted") == [(0,)]
