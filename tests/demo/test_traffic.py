import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg2
import pytest
from psycopg2.extensions import connection

from ingestion.demo.olist import load
from ingestion.demo.olist.traffic import Counts, run_traffic
from ingestion.demo.olist.transactions import KINDS
from ingestion.errors import LandfallError
from tests.traffic import traffic_of


def ask(conn: connection, query: str) -> list[tuple[object, ...]]:
    with conn, conn.cursor() as cur:
        cur.execute(query)
        return cur.fetchall()


def sizes(conn: connection) -> dict[str, int]:
    return {table: ask(conn, f"select count(*) from {table}")[0][0] for table in load.FILES}


@pytest.fixture
def shop(conn: connection) -> Iterator[connection]:
    load.from_generator(conn, 500)
    yield conn


def logged(conn: connection) -> dict[bytes, Counter[str]]:
    """The changes in the database's own log, by kind (I, U, D) and table."""
    tables = dict(ask(conn, "select oid::bigint, relname::text from pg_class where relkind = 'r'"))
    changes: dict[bytes, Counter[str]] = {kind: Counter() for kind in (b"I", b"U", b"D", b"C")}
    for (message,) in ask(
        conn,
        "select data from pg_logical_slot_get_binary_changes('watch', null, null,"
        " 'proto_version', '1', 'publication_names', 'watch')",
    ):
        kind = bytes(message)[:1]
        if kind == b"C":
            changes[kind]["commits"] += 1
        elif kind in changes:
            (table,) = struct.unpack("!I", bytes(message)[1:5])
            changes[kind][tables[table]] += 1
    return changes


def test_counts_are_what_the_database_went_through(shop: connection, dsn: str) -> None:
    ask(shop, "create publication watch for all tables; select 1")
    ask(shop, "select pg_create_logical_replication_slot('watch', 'pgoutput')")
    before = sizes(shop)
    try:
        counts = traffic_of(run_traffic, dsn, 600, seed=1)
        log = logged(shop)
    finally:
        ask(shop, "drop publication watch; select pg_drop_replication_slot('watch')")

    assert set(counts.transactions) == set(KINDS)
    assert counts.rolled_back > 0
    assert log[b"C"]["commits"] == counts.transactions.total()
    assert log[b"I"] == counts.inserts
    assert log[b"U"] == counts.updates
    assert log[b"D"] == counts.deletes
    assert set(counts.inserts) == {
        "customers", "orders", "order_items", "order_payments", "order_reviews",
    }  # fmt: skip
    assert set(counts.updates) == {
        "customers", "orders", "order_payments", "order_reviews", "products", "sellers",
    }  # fmt: skip
    assert set(counts.deletes) == set(counts.inserts)
    for table, size in sizes(shop).items():
        assert size == before[table] + counts.inserts[table] - counts.deletes[table], table


def test_new_orders_are_of_now_and_pass_through_their_statuses(shop: connection, dsn: str) -> None:
    traffic_of(run_traffic, dsn, 300, seed=2)
    first, last = ask(
        shop,
        "select min(order_purchase_timestamp), max(order_purchase_timestamp) from orders"
        " where order_purchase_timestamp > '2020-01-01'",
    )[0]
    now = datetime.now(UTC).replace(tzinfo=None)
    assert isinstance(first, datetime) and isinstance(last, datetime)
    assert now - timedelta(seconds=60) < first <= last <= now
    rows = ask(
        shop,
        "select order_status, order_purchase_timestamp, order_approved_at,"
        " order_delivered_carrier_date, order_delivered_customer_date from orders"
        " where order_purchase_timestamp > '2020-01-01'",
    )
    assert len({status for status, *_ in rows}) >= 4
    for status, *milestones in rows:
        reached = [moment for moment in milestones if moment is not None]
        assert all(a <= b for a, b in pairwise(reached))
        assert (milestones[3] is not None) == (status == "delivered")
    sums = ask(
        shop,
        "select count(*) from (select order_id, sum(price + freight_value) as due from order_items"
        " group by 1) as lines join (select order_id, sum(payment_value) as paid from order_payments"
        " group by 1) as payments using (order_id) where due <> paid",
    )
    assert sums == [(0,)]


def test_two_at_once_with_one_seed_do_not_collide(shop: connection, dsn: str) -> None:
    counts: list[Counts] = []
    threads = [
        threading.Thread(target=lambda: counts.append(run_traffic(dsn, seconds=1, rate=300, seed=3)))
        for _ in range(2)
    ]
    before = sizes(shop)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == 2
    for table, size in sizes(shop).items():
        grown = sum(c.inserts[table] - c.deletes[table] for c in counts)
        assert size == before[table] + grown, table


def test_it_keeps_the_rate_and_stops_in_time(shop: connection, dsn: str) -> None:
    started = time.monotonic()
    counts = run_traffic(dsn, seconds=1, rate=20, seed=4)
    assert 0.9 < time.monotonic() - started < 10
    assert counts.transactions.total() + counts.rolled_back <= 20


def test_it_stops_when_told_and_reports_on_the_way(shop: connection, dsn: str) -> None:
    stop = threading.Event()
    reports: list[int] = []

    def on_progress(counts: Counts) -> None:
        reports.append(counts.transactions.total())
        stop.set()

    counts = run_traffic(dsn, rate=100, stop=stop, on_progress=on_progress)
    assert 0 < reports[0] <= reports[-1] == counts.transactions.total()


def test_a_database_without_a_shop_is_refused(dsn: str) -> None:
    with pytest.raises(LandfallError, match="load it first"):
        run_traffic(dsn, seconds=1)


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(LandfallError, match="no connection to the shop's database") as caught:
        run_traffic("host=/nowhere dbname=postgres", seconds=1)
    assert "\n" not in str(caught.value)


def test_a_server_that_goes_away_is_no_crash(shop: connection, dsn: str) -> None:
    def cut(counts: Counts) -> None:
        with closing(psycopg2.connect(dsn)) as other:
            ask(
                other,
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()",
            )

    with pytest.raises(LandfallError, match="no connection"):
        run_traffic(dsn, seconds=5, on_progress=cut)


def test_no_rate_is_refused(dsn: str) -> None:
    with pytest.raises(LandfallError, match="more than 0"):
        run_traffic(dsn, seconds=1, rate=0)
