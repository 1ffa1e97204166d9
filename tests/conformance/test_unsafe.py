"""E18, E25 and E27 where DMS's documented behaviour is unsafe: the replica does what DMS does, silver cannot
know better, and `reconcile` finds the difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from ingestion.bronze.lake import open_lake
from ingestion.demo.olist.load import from_generator
from ingestion.demo.postgres_server import PostgresServer
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.reconcile.compare import TableResult, reconcile
from ingestion.replica.task import Task, TaskConfig
from tests.conformance.conftest import Live
from tests.conftest import empty_home, new_database
from tests.e2e.conftest import Shop

KB = 1024
MODELLED = ("order_reviews", "sellers", "order_payments")
# more than the LobMaxSize of the shipped task settings, which is DMS's own default
TOO_LONG = "x" * (32 * KB + 1)


@pytest.mark.parametrize("kind", ["text", "json", "bytea", "varchar", "text[]"])
def test_e27_a_lob_is_cut_at_lobmaxsize_in_the_load_and_in_the_changes(live: Live, kind: str) -> None:
    lengths = {1: KB - 2, 2: KB, 3: KB + 1, 4: 5000}
    if kind == "bytea":
        value, unit = "decode(repeat('ab', {0}), 'hex')", "ab"
    elif kind == "json":
        value, unit = """('"' || repeat('a', {0} - 2) || '"')::json""", None
    elif kind == "text[]":
        value, unit = "array[repeat('a', {0} - 2)]", None
    else:
        value, unit = "repeat('é', {0})", "é"
    live.execute(f"create table t (id int primary key, v {kind}, other varchar(6000), n int)")
    live.execute("alter table t alter v set storage external")
    for at, length in lengths.items():
        live.execute(f"insert into t values ({at}, {value.format(length)}, repeat('o', 6000), 0)")
    replica = live.replica("t", task_settings={"TargetMetadata": {"LobMaxSize": 1}})
    replica.run()
    # the second change leaves v alone: it is looked up in the source, and cut as well
    live.execute(f"update t set v = {value.format('4999')} where id = 4", "update t set n = 1")
    replica.run()
    written = [min(length, KB) for length in lengths.values()]
    changed = [KB, *written]
    for rows, sizes in ((replica.loaded("t"), written), (replica.changes("t"), changed)):
        assert [len(row[3]) // len(unit or "a") for row in rows] == sizes
        assert all(row[3] == unit * size for row, size in zip(rows, sizes, strict=True) if unit)
        # a varchar with a length is no LOB
        assert {len(row[4]) for row in rows} == {6000}


def test_e27_without_task_settings_lobs_are_cut_at_dms_own_32_kb(live: Live) -> None:
    live.execute("create table t (id int primary key, v text)", f"insert into t values (1, '{TOO_LONG}')")
    for settings in ({}, default_settings("task_settings")):
        replica = live.replica("t", task_settings=settings)
        replica.run()
        assert replica.loaded("t")[0][3] == TOO_LONG[: 32 * KB]


@dataclass(frozen=True)
class Outcome:
    """A shop after everything unsafe has happened to it, and what reconciliation says by table."""

    shop: Shop
    results: dict[str, TableResult]


@pytest.fixture(scope="module")
def outcome(postgres: PostgresServer, home_dir: Path) -> Iterator[Outcome]:
    with new_database(postgres) as dsn:
        opened = psycopg2.connect(dsn)
        opened.autocommit = True
        from_generator(opened, 50, seed=7)
        shop = Shop(opened, dsn, empty_home(home_dir))
        too_long = f"update sellers set seller_city = '{TOO_LONG}' where seller_id = "
        shop.execute(f"{too_long} (select min(seller_id) from sellers)")
        # as shipped, but for the images of keys, which a task by hand would not have
        mappings = table_mappings(shop.source)
        mappings["rules"] = [rule for rule in mappings["rules"] if "before-image-def" not in rule]
        config = TaskConfig(
            "olist",
            "public",
            tuple(table.name for table in shop.source.tables),
            default_settings("s3_settings"),
            mappings,
            default_settings("task_settings"),
        )

        def replicate() -> None:
            Task(config, dsn, open_lake(shop.home.lake), shop.home.state).run(follow=False)

        replicate()
        shop.execute(
            "update order_payments set payment_sequential = 99 "
            "where order_id = (select min(order_id) from order_payments) and payment_sequential = 1",
            f"{too_long} (select max(seller_id) from sellers)",
            "truncate order_reviews",
        )
        replicate()
        shop.build("--select", "bronze_files", *(f"base_olist__{table}" for table in MODELLED))
        results = reconcile(shop.source, dsn, shop.home.warehouse)
        yield Outcome(shop, {result.table: result for result in results})
        opened.close()


def test_e25_a_truncate_is_not_captured_and_reconcile_finds_the_rows(outcome: Outcome) -> None:
    written = outcome.shop.bronze("order_reviews", 'select distinct "Op"')
    assert written == [("I",)]
    result = outcome.results["order_reviews"]
    assert result.source_rows == 0 and result.silver_rows and result.extra == result.silver_rows
    assert {row.kind for row in result.shown} == {"not in the source"}


def test_e27_reconcile_finds_the_lobs_that_were_cut(outcome: Outcome) -> None:
    written = outcome.shop.bronze("sellers", 'select "Op", length(seller_city)')
    assert sorted(row for row in written if len(str(row[1])) > 3) == [("I", 32 * KB), ("U", 32 * KB)]
    result = outcome.results["sellers"]
    assert (result.missing, result.extra, result.differing) == (0, 0, 2)
    assert {row.column for row in result.shown} == {"seller_city"}
    assert {len(row.source_value or "") - len(row.silver_value or "") for row in result.shown} == {1}


def test_e18_without_before_images_a_changed_key_leaves_its_old_row_and_reconcile_finds_it(
    outcome: Outcome,
) -> None:
    written = outcome.shop.bronze("order_payments", 'select "Op", payment_sequential')
    assert [row for row in written if row[0] != "I"] == [("U", 99)]
    result = outcome.results["order_payments"]
    assert (result.missing, result.extra, result.differing) == (0, 1, 0)
    assert [row.kind for row in result.shown] == ["not in the source"]


def test_what_no_model_holds_is_not_called_a_difference(outcome: Outcome) -> None:
    assert {table for table, result in outcome.results.items() if result.differences} == set(MODELLED)
