"""One shop, one bronze, two warehouses: Athena, and DuckDB as the measure."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import duckdb

from ingestion.bronze.lake import S3Lake
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.catalog.sync import Synced, sync_catalog
from ingestion.cli.dbt import DbtResult, run_dbt
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.home import Home
from tests.e2e.conftest import Shop
from tests.engines.athena.rows import query
from tests.engines.athena.stand_in import AthenaStandIn
from tests.engines.parity import CLOCKS, Difference, Row, Rows, compare
from tests.engines.tables import built_tables

# A listing of S3 by DuckDB knows whole seconds only.
IGNORED = CLOCKS | {"modified_at"}


class Warehouses:
    """The shop and its two warehouses. The lake is in the stand-in's S3."""

    def __init__(self, shop: Shop, athena_home: Home, stand_in: AthenaStandIn) -> None:
        self.shop = shop
        self.stand_in = stand_in
        self.athena = boto3.client("athena")
        self._home = athena_home

    def replicate(self) -> Synced:
        """What changed at the source goes to bronze, and bronze into the catalog."""
        self.shop.replicate()
        return self.sync()

    def sync(self) -> Synced:
        """`landfall catalog`."""
        source = self.shop.source
        settings = S3Settings.parse(default_settings("s3_settings"))
        mappings = TableMappings.parse(table_mappings(source))
        return sync_catalog(source, S3Lake(self.shop.home.lake), settings, mappings)

    def dbt(self, *arguments: str) -> DbtResult:
        """A command on Athena."""
        return run_dbt(self._home, *arguments, "--target", "athena")

    def build(self, *command: str) -> DbtResult:
        """A command on Athena, and a `run` of all models on DuckDB beside it. Both must succeed."""
        refresh = [argument for argument in command if argument == "--full-refresh"]
        with ThreadPoolExecutor(1) as pool:
            measure = pool.submit(run_dbt, self.shop.home, "run", *refresh, "--target", "duckdb_s3")
            done = self.dbt(*command)
            assert measure.result().succeeded, measure.result().messages
        assert done.succeeded, done.messages
        return done

    def tables(self) -> dict[str, list[str]]:
        """Every table that dbt builds, with its key."""
        return built_tables(self._home.dbt / "manifest.json")

    def compiled_models(self) -> list[Path]:
        """The SQL of every model as it was sent last."""
        return sorted((self._home.dbt / "compiled" / "landfall" / "models").glob("**/*.sql"))

    def differences(self, expected: Rows | None = None, of: set[str] | None = None) -> list[Difference]:
        """Where Athena's tables, or some of them, are not what DuckDB's are, or what else is expected."""
        found = []
        for table, key in self.tables().items():
            if of is not None and table not in of:
                continue
            found += compare(table, expected or self.duckdb_rows, self.athena_rows, key, IGNORED)
        # the first ones tell the fault
        return found[:20]

    def athena_rows(self, table: str) -> Iterator[Row]:
        """A table as Athena gives it."""
        return query(self.athena, f"select * from {table}")

    def duckdb_rows(self, table: str) -> Iterator[Row]:
        """A table as DuckDB gives it."""
        with duckdb.connect(str(self.shop.home.warehouse), read_only=True) as warehouse:
            found = warehouse.execute(f"select * from {table}")
            names = [column[0] for column in found.description]
            rows = found.fetchall()
        yield from (dict(zip(names, row, strict=True)) for row in rows)

    def bronze_files(self) -> set[str]:
        """Keys of all bronze objects."""
        return {entry.key for entry in S3Lake(self.shop.home.lake).entries("")}

    def bronze_read(self, since: int) -> tuple[set[str], set[str]]:
        """What Athena's engine asked S3 for below bronze/ since the request of that number: the objects
        that it opened and the folders that it listed."""
        root = self.shop.home.lake.removeprefix("s3://")
        opened, listed = set(), set()
        for request in self.stand_in.s3.requests[since:]:
            path, _, parameters = request.path.partition("?")
            if request.method == "GET" and path.startswith(f"/{root}/bronze/"):
                opened.add(urllib.parse.unquote(path.removeprefix(f"/{root}/bronze/")))
            prefix = urllib.parse.parse_qs(parameters).get("prefix", [""])[0]
            if request.method == "GET" and re.search(r"(^|/)bronze/", prefix):
                listed.add(prefix.split("bronze/", 1)[1])
        return opened, listed


def make_homes(folder: Path, lake: str) -> tuple[Home, Home]:
    """Homes of the measure and of Athena over one lake."""
    homes = Home(folder / "duckdb", lake), Home(folder / "athena", lake)
    for home in homes:
        home.path.mkdir()
    return homes
