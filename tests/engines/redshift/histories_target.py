"""The stand-in as the target of histories (see tests/histories)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingestion.postgres.connection import scanner
from ingestion.reconcile.compare import TableResult
from ingestion.sql import sql_name, sql_text
from tests.engines.redshift.bronze import mount_bronze
from tests.engines.redshift.stand_in import StandIn
from tests.histories.duckdb_target import DuckdbTarget
from tests.histories.engines import SourceEngine


class RedshiftTarget(DuckdbTarget):
    """Silver in the stand-in. Whoever asks for rows gets them from a copy in DuckDB, so that the same
    questions do for both warehouses."""

    def __init__(self, home: Path, project: Path, warehouse: StandIn) -> None:
        super().__init__(home, project)
        self._project = project
        self._lake = home / "lake"
        self._warehouse = warehouse
        self._is_copied = False
        warehouse.execute("drop schema if exists silver cascade")

    def environment(self) -> dict[str, str]:
        # asked for before each run: the external schemas show what is in the lake now
        mount_bronze(self._warehouse, str(self._lake), self._project)
        self._is_copied = False
        return super().environment() | self._warehouse.environment()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        self._copy()
        return super().rows(query)

    def reconcile(self, source: SourceEngine) -> list[TableResult]:
        self._copy()
        return super().reconcile(source)

    def _copy(self) -> None:
        if self._is_copied:
            return
        self.warehouse.unlink(missing_ok=True)
        tables = self._warehouse.execute("select tablename from pg_tables where schemaname = 'silver'")
        with scanner(self._warehouse.dsn) as connection:
            connection.execute(f"attach {sql_text(str(self.warehouse))} as copy; create schema copy.silver")
            for (table,) in tables:
                name = f"silver.{sql_name(table)}"
                connection.execute(f"create table copy.{name} as from src.{name}")
        self._is_copied = True
