"""DuckDB as the target of histories."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.home import clear_stub
from ingestion.reconcile.compare import TableResult, reconcile
from ingestion.registry import find_source
from ingestion.sql import sql_name
from tests.histories.engines import KEYED, History, SourceEngine, State


class DuckdbTarget:
    """The warehouse file of a home."""

    def __init__(self, home: Path, project: Path) -> None:
        self._home = home
        self.warehouse = home / "warehouse.duckdb"
        self._registry = find_source("histories", project)
        self._connection: duckdb.DuckDBPyConnection | None = None

    def environment(self) -> dict[str, str]:
        # asked for before each run, which needs the file for itself
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        return {"LANDFALL_HOME": str(self._home), "LANDFALL_LAKE": str(self._home / "lake")}

    def reconcile(self, source: SourceEngine) -> list[TableResult]:
        return reconcile(self._registry, source.dsn, self.warehouse)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        # kept open between two runs: a check asks dozens of questions
        if self._connection is None:
            clear_stub(self.warehouse)
            self._connection = duckdb.connect(str(self.warehouse), read_only=True)
        return self._connection.execute(query).fetchall()

    def history(self, table: str) -> History:
        columns = [column.name for column in self._registry.table(table).columns]
        key = [columns.index(name) for name in KEYED[table]]
        texts = ", ".join(f"{sql_name(name)}::varchar" for name in columns)
        kind = "case when _is_deleted and (_op = 'L' or _source_file is null) then 'gone' else _op end"
        rows = self.rows(
            f"select _valid_from, _valid_to, _is_deleted, _committed_at, {kind}, {texts} "
            f"from silver.hist_histories__{table} order by _valid_from"
        )
        history: History = {}
        ends: dict[tuple[str | None, ...], datetime | None] = {}
        for start, end, deleted, committed_at, kind, *values in rows:
            at = tuple(values[place] for place in key)
            assert start == committed_at, (table, at, start, committed_at)
            if start == end:
                continue  # kept for replay only, true at no instant
            if at in ends and ends[at] != start:
                raise AssertionError(
                    f"{table} {at}: an interval ends {ends[at]}, the next begins {start}:"
                    f"{self._intervals(table, at)}"
                )
            ends[at] = end
            history.setdefault(at, []).append(State(start, None if deleted else tuple(values), kind))
        still_open = {at for at, end in ends.items() if end is None}
        assert still_open >= set(history), f"{table}: no open interval for {set(history) - still_open}"
        return history

    def _intervals(self, table: str, key: tuple[str | None, ...]) -> str:
        same = " and ".join(
            f"{name}::varchar = '{str(value).replace(chr(39), chr(39) * 2)}'"
            for name, value in zip(KEYED[table], key, strict=True)
        )
        rows = self.rows(
            "select _valid_from::varchar, _valid_to::varchar, _op, _position, _source_file, "
            f"_noticed_at::varchar from silver.hist_histories__{table} where {same} order by _valid_from"
        )
        return "".join(f"\n  {row}" for row in rows)

    def load_starts(self, table: str) -> list[datetime]:
        return [
            start
            for (start,) in self.rows(
                "select distinct load_started_at from silver.bronze_files "
                f"where table_name = '{table}' and load_started_at is not null order by 1"
            )
        ]
