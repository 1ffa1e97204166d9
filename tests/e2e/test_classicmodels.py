"""The wholesaler from a live MySQL to staging: what gold will read is what the source holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import duckdb
import pytest

from ingestion.cli.dbt import run_dbt
from ingestion.cli.source import task
from ingestion.demo.classicmodels.load import DATABASE, from_generator
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.home import Home
from ingestion.mysql.connection import connect
from ingestion.mysql.connection import rows as query
from ingestion.reconcile.compare import reconcile
from ingestion.registry import find_source

SILVER = ("--select", "bronze_files", "path:models/silver/classicmodels")


class Wholesaler:
    """The shop, its replica and its warehouse."""

    def __init__(self, dsn: str, home: Home) -> None:
        self.dsn = dsn
        self.home = home
        self.source = find_source(DATABASE)

    def replicate(self) -> None:
        task(self.source, self.dsn, self.home).run(follow=False)

    def build(self, command: str = "run") -> None:
        result = run_dbt(self.home, command, *SILVER)
        assert result.succeeded, result.messages

    def differences(self) -> dict[str, int]:
        results = reconcile(self.source, self.dsn, self.home.warehouse)
        assert all(result.silver_rows for result in results)
        return {result.table: result.differences for result in results if result.differences}

    def in_source(self, sql: str) -> list[tuple[object, ...]]:
        with closing(connect(self.dsn)) as connection:
            return query(connection, sql)

    def in_silver(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.home.warehouse), read_only=True) as warehouse:
            return warehouse.execute(f"use silver; {sql}").fetchall()


@pytest.fixture
def shop(mariadb: MariadbServer, home: Home) -> Iterator[Wholesaler]:
    """A shop of 200 orders; nothing is replicated yet."""
    dsn = mariadb.dsn(DATABASE)
    from_generator(dsn, 200, seed=7, reset=True)
    yield Wholesaler(dsn, home)
    with closing(connect(mariadb.dsn())) as admin:
        query(admin, f"drop database {DATABASE}")


def test_x(shop):
    shop.replicate()
    shop.build("build")
    assert shop.differences() == {}
