"""A small shop in a live database, the task that replicates it, and dbt on what it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.csv
import pytest
from psycopg2.extensions import connection

from ingestion.cli.dbt import run_dbt
from ingestion.cli.source import task
from ingestion.demo.olist.generator import generate
from ingestion.demo.olist.load import FILES, from_generator
from ingestion.home import Home
from ingestion.reconcile.compare import reconcile
from ingestion.registry import find_source
from ingestion.replica.task import Progress, Task
from tests.conftest import shared_data

BIN = Path(sys.executable).parent
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
SILVER = ("--select", "bronze_files", "base_olist__*", "hist_olist__*")


class Shop:
    """The sample shop, its replica and its warehouse."""

    def __init__(self, database: connection, dsn: str, home: Home) -> None:
        self.database = database
        self.dsn = dsn
        self.home = home
        self.source = find_source("olist")

    def execute(self, *statements: str) -> None:
        """Each statement in a transaction of its own."""
        with self.database.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def task(self, **options: float) -> Task:
        return task(self.source, self.dsn, self.home, **options)

    def replicate(self, *, reload: bool = False) -> Progress:
        return self.task().run(follow=False, reload=reload)

    def build(self, *arguments: str) -> None:
        """`dbt build` without tests of silver's tables, or of what the arguments say; all must succeed."""
        result = run_dbt(self.home, "build", *WITHOUT_TESTS, *(arguments or SILVER))
        assert result.succeeded, result.messages

    def differences(self) -> dict[str, int]:
        """Tables of silver that are not what the source is, with the number of rows."""
        results = reconcile(self.source, self.dsn, self.home.warehouse)
        assert sum(result.source_rows for result in results) > 0
        return {result.table: result.differences for result in results if result.differences}

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Rows from the warehouse."""
        return query_warehouse(self.home, sql)

    def change(self, sql: str) -> None:
        """A statement on the warehouse."""
        with duckdb.connect(str(self.home.warehouse)) as warehouse:
            warehouse.execute(sql)

    def bronze(self, table: str, sql: str = "select *") -> list[tuple[object, ...]]:
        """Rows of a table's bronze files, in the order of the files."""
        files = f"{self.home.lake}/bronze/olist/public/{table}/**/*.parquet"
        return duckdb.execute(
            f"{sql} from read_parquet('{files}', union_by_name = true, filename = true)"
        ).fetchall()


@pytest.fixture
def shop(database: connection, dsn: str, home: Home) -> Shop:
    """A shop of 200 orders; nothing is replicated yet."""
    from_generator(database, 200, seed=7)
    return Shop(database, dsn, home)


@pytest.fixture
def snapshot() -> Callable[[Shop, str], list[tuple[object, ...]]]:
    """All rows of a table of the warehouse in a fixed order, without the columns that tell when."""

    def take(shop: Shop, table: str) -> list[tuple[object, ...]]:
        return shop.query(f"select * exclude (_applied_at, _noticed_at) from {table} order by all")

    return take


def query_warehouse(home: Home, sql: str) -> list[tuple[object, ...]]:
    """Rows of the home's warehouse."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.execute(sql).fetchall()


def gold_tables(home: Home) -> list[str]:
    """The tables of the star schema and the marts, but those that tell when something changed."""
    found = query_warehouse(
        home,
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where schema_name in ('gold', 'marts') and table_name not in "
        "(select table_name from duckdb_columns() where column_name = 'changed_at') order by 1",
    )
    return [str(name) for (name,) in found]


def contents(home: Home, table: str) -> list[tuple[object, ...]]:
    """A table's rows without the columns that tell when a row was written."""
    columns = query_warehouse(
        home, f"select column_name from (describe {table}) where column_name not like '\\_%' escape '\\'"
    )
    names = ", ".join(str(name) for (name,) in columns)
    return query_warehouse(home, f"select {names} from {table} order by all")


def built_models(home: Home, folders: tuple[str, ...]) -> dict[str, str]:
    """The SQL that dbt made of the models in these folders of models/, by name."""
    nodes = json.loads((home.dbt / "manifest.json").read_text("utf-8"))["nodes"].values()
    compiled = {node["name"]: node.get("compiled_code") for node in nodes if node["fqn"][1] in folders}
    return {name: sql for name, sql in compiled.items() if sql}


def landfall(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line, as users call it."""
    command = [str(BIN / "landfall"), *map(str, arguments)]
    environment = os.environ | {"COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="session")
def csv_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published files: the real sample where it is there, else files that the generator made."""
    real = shared_data("olist")
    if real is not None:
        return real
    folder = tmp_path_factory.mktemp("csv")
    for table, rows in generate(2000, seed=3).items():
        pyarrow.csv.write_csv(rows, folder / FILES[table])
    return folder


@pytest.fixture(scope="session")
def from_files(csv_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that the demo made from the published files, with no traffic after."""
    home = tmp_path_factory.mktemp("demo") / "home"
    done = landfall("demo", "--home", home, "--from", csv_files, "--traffic-seconds", "0")
    assert done.returncode == 0, done.stdout + done.stderr
    return home
