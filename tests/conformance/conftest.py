"""A live source, and replicas of it with whatever settings a line of the list asks for."""

from __future__ import annotations

import csv
import gzip
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest
from psycopg2.extensions import connection

from ingestion.bronze.lake import open_lake
from ingestion.replica.task import Progress, Task, TaskConfig

# the settings of the task that wrote the real files
REAL = {"DataFormat": "csv", "IncludeOpForFullLoad": True, "TimestampColumnName": "committed_at"}

SELECT_ALL = {
    "rule-type": "selection",
    "rule-action": "include",
    "object-locator": {"schema-name": "public", "table-name": "%"},
}
ADD_SEQUENCE = {
    "rule-type": "transformation",
    "rule-action": "add-column",
    "value": "seq",
    "expression": "$AR_H_CHANGE_SEQ",
}
ADD_BEFORE_IMAGES = {
    "rule-type": "transformation",
    "rule-action": "add-before-image-columns",
    "before-image-def": {"column-prefix": "before_", "column-filter": "pk-only"},
}
AS_IN_JUNE = (SELECT_ALL, ADD_SEQUENCE)
AS_IN_JULY = (SELECT_ALL, ADD_SEQUENCE, ADD_BEFORE_IMAGES)

Json = dict[str, Any]
Fields = list[str]


class Replica:
    """A task over some tables with a lake of its own. Its files are CSV unless the settings say else."""

    def __init__(self, dsn: str, folder: Path, tables: tuple[str, ...], config: Json) -> None:
        settings = {**REAL, **config.get("settings", {})}
        self._dsn = dsn
        self._folder = folder
        self._config = TaskConfig(
            source="shop",
            schema="public",
            tables=tables,
            s3_settings={name: value for name, value in settings.items() if value is not None},
            table_mappings={"rules": list(config.get("rules", AS_IN_JULY))},
            task_settings=config.get("task_settings", {}),
        )
        self.state = folder / "state"

    def task(self) -> Task:
        return Task(self._config, self._dsn, open_lake(str(self._folder / "lake")), self.state)

    def run(
        self, *, reload: bool = False, on_progress: Callable[[Progress], None] = lambda progress: None
    ) -> Progress:
        """Loads what is not loaded, then everything that the log has now."""
        return self.task().run(follow=False, reload=reload, on_progress=on_progress)

    @contextmanager
    def following(self) -> Iterator[Task]:
        """The task while it follows the log; on leaving, it writes what it has and ends."""
        task, stop = self.task(), threading.Event()
        thread = threading.Thread(target=task.run, kwargs={"follow": True, "stop": stop})
        thread.start()
        try:
            yield task
        finally:
            stop.set()
            thread.join(30)

    def path(self, key: str) -> Path:
        """A file by its place below the source's schema."""
        return self._folder / "lake" / "bronze" / "shop" / "public" / key

    def files(self, table: str = "") -> list[str]:
        """Files below a table's folder, or below the schema's: loads first, each in order of their names."""
        prefix = "shop/public/"
        keys = open_lake(str(self._folder / "lake")).keys(f"{prefix}{table}/" if table else prefix)
        found = [key.removeprefix(prefix) for key in keys]
        return sorted(found, key=lambda key: ("LOAD" not in key, key.split("/")[-1], key))

    def load_files(self, table: str) -> list[str]:
        return [key for key in self.files(table) if "LOAD" in key]

    def change_files(self, table: str) -> list[str]:
        return [key for key in self.files(table) if "LOAD" not in key]

    def text(self, key: str) -> str:
        """A file's contents to the byte."""
        raw = self.path(key).read_bytes()
        return (gzip.decompress(raw) if key.endswith(".gz") else raw).decode()

    def rows(self, *keys: str) -> list[Fields]:
        """The fields of CSV files, one file after the other."""
        return [row for key in keys for row in csv.reader(io.StringIO(self.text(key), newline=""))]

    def loaded(self, table: str) -> list[Fields]:
        return self.rows(*self.load_files(table))

    def changes(self, table: str) -> list[Fields]:
        return self.rows(*self.change_files(table))

    def parquet(self, key: str, sql: str = "select *") -> list[tuple[Any, ...]]:
        """Rows of one Parquet file, in their order."""
        return duckdb.execute(f"{sql} from read_parquet('{self.path(key)}')").fetchall()

    def types(self, key: str) -> dict[str, str]:
        """Columns of a Parquet file and their types."""
        described = duckdb.execute(f"describe from read_parquet('{self.path(key)}')").fetchall()
        return {name: kind for name, kind, *_ in described}


class Live:
    """A database of the test's own."""

    def __init__(self, opened: connection, dsn: str, folder: Path) -> None:
        self._connection = opened
        self._folder = folder
        self._replicas: list[Replica] = []
        self.dsn = dsn

    def execute(self, *statements: str) -> list[Any]:
        """Each text in a transaction of its own, with a commit time of its own to the hundredth; rows of
        the last, if it has any."""
        with self._connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def replica(self, *tables: str, **config: Any) -> Replica:
        """A new task; `config`: settings beside REAL (none takes one away), rules, task_settings."""
        folder = self._folder / str(len(self._replicas))
        self._replicas.append(Replica(self.dsn, folder, tables, config))
        return self._replicas[-1]


@pytest.fixture
def live(dsn: str, tmp_path: Path) -> Iterator[Live]:
    """An empty database; nothing replicates it yet."""
    opened = psycopg2.connect(dsn)
    opened.autocommit = True
    yield Live(opened, dsn, tmp_path)
    opened.close()


def values(rows: list[Fields], added: int = 1) -> list[tuple[str, ...]]:
    """Rows without their times and without so many added columns at the end: op and the table's own."""
    return [(row[0], *row[2 : len(row) - added]) for row in rows]


def counters(rows: list[Fields], at: int = -1) -> list[int]:
    """The counters of the change sequences in column `at`."""
    return [int(row[at][16:]) for row in rows]
