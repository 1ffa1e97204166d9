"""Reads whole tables of PostgreSQL through DuckDB's scanner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from ingestion.live import LiveColumn, LiveTable, Rows
from ingestion.postgres.types import type_rule
from ingestion.sql import sql_name, sql_text


class PostgresReader:
    """`connection` has the database attached as `src`, see connection.scanner."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    @contextmanager
    def rows(self, table: LiveTable, columns: Sequence[LiveColumn] | None = None) -> Iterator[Rows]:
        """Scanned in parallel where every value comes through as it is, else as the server converts."""
        wanted = columns or table.columns
        if can_be_scanned(self.connection, table, wanted):
            yield Rows(f"src.{table.sql}", _scanned)
        else:
            yield Rows(f"postgres_query('src', {sql_text(converted(table, wanted))})", _converted)


def converted(table: LiveTable, columns: Sequence[LiveColumn]) -> str:
    """The query that has the server make bronze values of a table's rows."""
    values = ", ".join(
        f"{type_rule(column.type).load.format(sql_name(column.name))} as {sql_name(column.name)}"
        for column in columns
    )
    return f"select {values} from {table.sql}"


def can_be_scanned(
    connection: duckdb.DuckDBPyConnection, table: LiveTable, columns: Sequence[LiveColumn]
) -> bool:
    """Whether every value comes through DuckDB's parallel scanner as it is. A value that would not, and
    is written after this was asked, comes with the log."""
    rules = {column.name: type_rule(column.type) for column in columns}
    if not all(rule.scan for rule in rules.values()):
        return False
    conditions = [rule.scan_unless.format(sql_name(name)) for name, rule in rules.items() if rule.scan_unless]
    if not conditions:
        return True
    remote = f"select exists (select from {table.sql} where {' or '.join(conditions)})"
    found = connection.execute(f"from postgres_query('src', {sql_text(remote)})").fetchone()
    return found == (False,)


def _scanned(column: LiveColumn) -> str:
    value = type_rule(column.type).scan or "{}"
    return f"{value.format(sql_name(column.name))}::{column.rule.bronze}"


def _converted(column: LiveColumn) -> str:
    return f"{sql_name(column.name)}::{column.rule.bronze}"
