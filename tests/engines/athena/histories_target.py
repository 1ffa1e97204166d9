"""The stand-in as the target of histories (see tests/histories)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.reconcile.compare import TableResult
from ingestion.sql import sql_name
from tests.engines.athena.duckdb_backend import DuckDBBackend
from tests.engines.athena.stand_in import BUCKET, AthenaStandIn
from tests.engines.athena.trino_backend import TrinoBackend
from tests.engines.athena.trino_client import Result
from tests.engines.targets import show_catalog
from tests.histories.duckdb_target import DuckdbTarget
from tests.histories.engines import SourceEngine

# How Trino writes the days that PostgreSQL and DuckDB call infinite.
ENDLESS = {"+5881580-07-11": "infinity", "-5877641-06-24": "-infinity"}


class AthenaTarget(DuckdbTarget):
    """Silver in the stand-in, its lake in the stand-in's S3. Whoever asks for rows gets them from a copy in
    DuckDB, so that the same questions do for every warehouse."""

    def __init__(self, home: Path, project: Path, stand_in: AthenaStandIn) -> None:
        super().__init__(home, project)
        self._project = project
        self._lake = f"s3://{BUCKET}/{home.name}"
        self._stand_in = stand_in
        self._is_copied = False
        stand_in.glue.clear()

    def environment(self) -> dict[str, str]:
        # asked for before each run: the catalog shows what is in the lake now
        self._stand_in.endpoint.wait()
        show_catalog(self._lake, self._project)
        self._is_copied = False
        return super().environment() | {"LANDFALL_LAKE": self._lake}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        self._copy()
        return super().rows(query)

    def reconcile(self, source: SourceEngine) -> list[TableResult]:
        self._copy()
        return super().reconcile(source)

    def _copy(self) -> None:
        if self._is_copied:
            return
        # as in Athena, a statement goes on when the dbt that sent it is dead
        self._stand_in.endpoint.wait()
        self.warehouse.unlink(missing_ok=True)
        entries = [entry for entry in self._stand_in.glue.tables() if entry["DatabaseName"] == "silver"]
        tables = [f"silver.{sql_name(entry['Name'])}" for entry in entries]
        backend = self._stand_in.endpoint.backend
        with duckdb.connect(str(self.warehouse)) as copy:
            copy.execute("create schema silver")
            for table in tables if isinstance(backend, TrinoBackend) else ():
                _load(copy, table, backend.run(f"select * from {table}", "silver"))
        if isinstance(backend, DuckDBBackend):
            backend.copy(tables, self.warehouse)
        self._is_copied = True


def _load(copy: duckdb.DuckDBPyConnection, table: str, found: Result) -> None:
    texts = [
        [None if value is None else ENDLESS.get(value, str(value)) for value in row] for row in found.rows
    ]
    columns = {name: [row[at] for row in texts] for at, (name, _) in enumerate(found.columns)}
    copy.register(
        "texts", pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
    )
    copy.execute(f"create table {table} as select {', '.join(_value(*c) for c in found.columns)} from texts")


def _value(name: str, kind: str) -> str:
    """A text of Trino's protocol as a value of the same type."""
    quoted = sql_name(name)
    if kind == "varbinary":
        return f"from_base64({quoted}) as {quoted}"
    plain = re.sub(r"^(timestamp|varchar)[(].*", r"\1", kind)
    return f"cast({quoted} as {plain}) as {quoted}"
