"""A WooCommerce shop on a live MariaDB, replicated and built: silver is the source in either storage of
orders, the shapes add up to what the shop's own SQL says, and every change is told to gold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from ingestion.cli.dbt import run_dbt
from ingestion.cli.source import task
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.demo.woocommerce.load import from_generator
from ingestion.demo.woocommerce.storage import OrderStorage
from ingestion.demo.woocommerce.traffic import run_traffic
from ingestion.home import Home
from ingestion.mysql.connection import connect
from ingestion.mysql.connection import rows as query
from ingestion.reconcile.compare import reconcile
from ingestion.registry import find_source
from tests.e2e.woocommerce_truth import truth
from tests.traffic import traffic_of

SHAPES = ("orders", "order_lines", "payments", "customer_states", "product_states", "places")
# When a full load began is no property of the shop.
_NOT_SAID = {"_applied_at", "valid_from", "valid_to"}

Rows = list[tuple[object, ...]]


class Shop:
    """The shop in one storage, with a server, a home and a warehouse of its own."""

    def __init__(self, server: MariadbServer, home: Home, storage: OrderStorage) -> None:
        self.storage = storage
        self.dsn = server.dsn("woocommerce")
        self.home = home
        self.source = find_source("woocommerce")
        from_generator(self.dsn, 250, seed=11, order_storage=storage)
        self.catch_up()

    def catch_up(self) -> None:
        """Replicates what is new and builds silver."""
        task(self.source, self.dsn, self.home).run(follow=False)
        selected = ("bronze_files", "drifted_columns", "silver.woocommerce")
        result = run_dbt(self.home, "run", "--select", *selected)
        assert result.succeeded, result.messages
        assert self.query("select * from silver.drifted_columns") == []

    def execute(self, *statements: str) -> Rows:
        """Each in a transaction of its own; rows of the last."""
        connection = connect(self.dsn)
        found: Rows = []
        for statement in statements:
            found = query(connection, statement)
        connection.close()
        return found

    def differences(self) -> dict[str, int]:
        """Tables of silver that are not what the source is."""
        results = reconcile(self.source, self.dsn, self.home.warehouse)
        assert all(result.silver_rows is not None for result in results)
        return {result.table: result.differences for result in results if result.differences}

    def query(self, sql: str) -> Rows:
        """Rows from the warehouse."""
        with duckdb.connect(str(self.home.warehouse), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    def shape(self, name: str) -> Rows:
        """All rows of a shape, without the columns that tell when."""
        model = f"silver.stg_woocommerce__{name}"
        columns = [str(row[0]) for row in self.query(f"describe {model}")]
        said = ", ".join(column for column in columns if column not in _NOT_SAID)
        return self.query(f"select {said} from {model} order by all")


@contextmanager
def opened(folder: Path, storage: OrderStorage) -> Iterator[Shop]:
    with MariadbServer(folder / "server" / "data") as server:
        yield Shop(server, Home(folder, lake=str(folder / "lake")), storage)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Shop]]:
    """Both shops of one seed, built once."""
    folder = tmp_path_factory.mktemp
    with opened(folder("tables"), "tables") as tables, opened(folder("posts"), "posts") as posts:
        yield {"tables": tables, "posts": posts}


def test_both_storages_of_a_shop_give_the_same_rows(shops: dict[str, Shop]) -> None:
    for name in SHAPES:
        rows = shops["tables"].shape(name)
        assert rows, name
        assert rows == shops["posts"].shape(name), name


@pytest.mark.parametrize("storage", ["tables", "posts"])
def test_silver_is_the_source_before_and_after_traffic(shops: dict[str, Shop], storage: str) -> None:
    shop = shops[storage]
    assert shop.differences() == {}
    assert figures(shop) == truth(shop.execute, shop.storage)
    before = remembered(shop)
    # a line that leaves its order, a value that does, and a row that is deleted alone
    moved = shop.execute(
        "select order_item_id from wp_woocommerce_order_items where order_item_type = 'line_item'"
        " order by 1 limit 2"
    )
    (line,), (other,) = moved
    shop.execute(
        "update wp_woocommerce_order_items set order_id ="
        f" (select max(id) from (select {live_order(shop)}) as o) where order_item_id = {line}",
        f"delete from wp_woocommerce_order_itemmeta where order_item_id = {other} and meta_key = '_line_tax'",
    )
    traffic_of(run_traffic, shop.dsn, 400, seed=3)
    shop.catch_up()
    assert shop.differences() == {}
    assert figures(shop) == truth(shop.execute, shop.storage)
    assert untold(shop, before) == {}


def live_order(shop: Shop) -> str:
    if shop.storage == "tables":
        return "id from wp_wc_orders where type = 'shop_order' and status = 'wc-completed'"
    return "ID as id from wp_posts where post_type = 'shop_order' and post_status = 'wc-completed'"


def figures(shop: Shop) -> dict[str, object]:
    """What the shapes add up to."""
    silver = "silver.stg_woocommerce__"
    ((orders, trash, total, freight, fees, taxes, paid, completed),) = shop.query(
        "select count(*), count_if(order_status = 'trash'), sum(total_amount), sum(freight_amount),"
        " sum(fee_amount), sum(tax_amount), count(approved_at), count(delivered_at)"
        f" from {silver}orders"
    )
    ((lines, quantity, amount, priced, discounts, line_taxes),) = shop.query(
        "select count(*), sum(quantity), sum(line_amount),"
        " count_if(abs(quantity * unit_price - line_amount) > 0.01), sum(discount_amount), sum(tax_amount)"
        f" from {silver}order_lines"
    )
    ((payments, paid_amount, refunds, refunded),) = shop.query(
        "select count_if(not is_refund), sum(amount) filter (not is_refund), count_if(is_refund),"
        f" sum(amount) filter (is_refund) from {silver}payments"
    )
    assert priced == 0
    currencies = shop.query(
        f"select currency_code, sum(total_amount) from {silver}orders group by 1 order by 1"
    )
    return {
        "orders": orders, "trash": trash, "total": total, "freight": freight, "fees": fees, "taxes": taxes,
        "paid": paid, "completed": completed, "lines": lines, "quantity": quantity, "amount": amount,
        "discounts": discounts, "line_taxes": line_taxes, "payments": payments, "paid_amount": paid_amount,
        "refunds": refunds, "refunded": refunded, "currencies": dict(currencies),
        "guests": shop.query(
            f"select count(distinct customer_id) from {silver}orders where customer_id like 'guest-%'"
        )[0][0],
        "variations_sold": shop.query(
            f"select count(*) from {silver}order_lines join {silver}product_states as p using (product_id)"
            " where p.valid_to is null and not p.is_deleted and p.parent_product_id is not null"
        )[0][0],
        "list_prices": shop.query(
            f"select sum(list_price) from {silver}product_states where valid_to is null and not is_deleted"
        )[0][0],
        "users": shop.query(
            f"select count(*) from {silver}customer_states where customer_id like 'user-%'"
            " and valid_to is null and not is_deleted"
        )[0][0],
    }  # fmt: skip


# Each shape, what its rows are of, and who tells when these are to be worked out again.
TOLD = {
    "orders": ("order_id", "order_changes", "changed_at"),
    "order_lines": ("order_id", "order_changes", "changed_at"),
    "payments": ("payment_id", "payment_changes", "changed_at"),
    "customer_states": ("customer_id", "customer_states", "_applied_at"),
    "product_states": ("product_id", "product_states", "_applied_at"),
}


def remembered(shop: Shop) -> dict[str, tuple[set[tuple[object, ...]], object]]:
    """The rows of each shape, and the newest that was told of them."""
    kept = {}
    for name, (_, told, when) in TOLD.items():
        ((newest,),) = shop.query(f"select max({when}) from silver.stg_woocommerce__{told}")
        rows = shop.query(f"select * exclude (_applied_at) from silver.stg_woocommerce__{name}")
        kept[name] = set(rows), newest
    return kept


def untold(
    shop: Shop, before: dict[str, tuple[set[tuple[object, ...]], object]]
) -> dict[str, set[tuple[object, ...]]]:
    """Rows that came, went or changed since, of keys that nobody told of."""
    left = {}
    for name, (key, told, when) in TOLD.items():
        old, mark = before[name]
        columns = [str(row[0]) for row in shop.query(f"describe silver.stg_woocommerce__{name}")]
        at = columns.index(key)
        new = set(shop.query(f"select * exclude (_applied_at) from silver.stg_woocommerce__{name}"))
        changed = {row[at] for row in old ^ new}
        assert changed, name
        heard = shop.query(
            f"select distinct {key} from silver.stg_woocommerce__{told} where {when} > '{mark}'::timestamp"
        )
        if silent := changed - {row[0] for row in heard}:
            left[name] = {row for row in old ^ new if row[at] in silent}
    return left
