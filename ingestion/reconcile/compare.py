"""Compares the live rows of base models with the tables of the source, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.bronze.lake import Lake
from ingestion.engines import engine_of
from ingestion.errors import LandfallError
from ingestion.live import LiveTable, Reader
from ingestion.registry import Source, Table
from ingestion.sql import sql_name, sql_text

# How many differing rows of a table are shown one by one.
SHOWN_ROWS = 5


@dataclass(frozen=True)
class Difference:
    """One row that differs. `column` is none where a whole row is missing or too many."""

    key: str
    kind: str  # "missing in silver", "not in the source" or "differs"
    column: str | None = None
    source_value: str | None = None
    silver_value: str | None = None


@dataclass
class TableResult:
    """What reconciliation says of one table; `silver_rows` is none where no model holds it."""

    table: str
    source_rows: int
    silver_rows: int | None
    missing: int = 0
    extra: int = 0
    differing: int = 0
    shown: list[Difference] = field(default_factory=list)

    @property
    def differences(self) -> int:
        """Rows that are not the same on both sides."""
        return self.missing + self.extra + self.differing


def reconcile(source: Source, dsn: str, warehouse: Path, schema: str = "silver") -> list[TableResult]:
    """Compares every table of `source` with its base model in a DuckDB warehouse.

    Both are read as they are: let the replica and dbt catch up first, and let the source rest.
    """
    if not warehouse.exists():
        raise LandfallError(f"no warehouse at {warehouse}: run `dbt build` first (or `make run`)")
    engine = engine_of(source)
    with engine.catalog(dsn) as catalog, engine.reader(dsn) as reader:
        tables = catalog.tables(source.schema, [table.name for table in source.tables])
        try:
            reader.connection.execute(f"attach {sql_text(str(warehouse))} as warehouse (read_only)")
        except duckdb.Error as error:
            raise LandfallError(f"cannot open {warehouse}: {str(error).splitlines()[0]}") from None
        results = [_compare(reader, source, table, tables[table.name], schema) for table in source.tables]
    if all(result.silver_rows is None for result in results):
        raise LandfallError(f"the warehouse has no {schema}.base_{source.name}__*: run `dbt build`")
    return results


def unbuilt_files(source: Source, lake: Lake, warehouse: Path, schema: str = "silver") -> int:
    """How many bronze files of a source the last build has not seen."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        noticed = connection.execute(f"select source_file from {sql_name(schema)}.bronze_files").fetchall()
    return len(set(lake.keys(f"{source.name}/")) - {name for (name,) in noticed})


def _compare(reader: Reader, source: Source, table: Table, live: LiveTable, schema: str) -> TableResult:
    connection = reader.connection
    base = f"warehouse.{sql_name(schema)}.{sql_name(f'base_{source.name}__{table.name}')}"
    columns = {column.name: column for column in live.columns}
    absent = [column.name for column in table.columns if column.name not in columns]
    if absent:
        raise LandfallError(
            f"column '{absent[0]}' of {source.name}.{table.name} is in the registry but not in the database"
        )
    names = [column.name for column in table.columns]
    with reader.rows(live, [columns[name] for name in names]) as read:
        typed = ", ".join(
            f"{read.value(columns[column.name])}::{column.data_type} as {sql_name(column.name)}"
            for column in table.columns
        )
        try:
            connection.execute(
                f"create or replace temp table source_rows as select {typed} from {read.relation}"
            )
        except duckdb.ConversionException as error:
            raise LandfallError(
                f"{source.name}.{table.name} holds a value that its data_type in the registry has no place "
                f"for: {str(error).splitlines()[0]}; correct it, and load the table again"
            ) from None
    try:
        connection.execute(
            f"create or replace temp view silver_rows as "
            f"select {_names(names)} from {base} where not _is_deleted"
        )
    except duckdb.CatalogException:
        return TableResult(table.name, _count(connection, "select count(*) from source_rows"), None)
    except duckdb.BinderException as error:
        raise LandfallError(
            f"{base} has not the columns of the registry: {str(error).splitlines()[0]}; build it anew: "
            f"dbt build --full-refresh --select base_{source.name}__{table.name}+"
        ) from None
    result = TableResult(
        table.name,
        source_rows=_count(connection, "select count(*) from source_rows"),
        silver_rows=_count(connection, "select count(*) from silver_rows"),
    )
    # a table without a key is a bag of rows: every column is its key, and only counts can differ
    key = table.primary_key or tuple(names)
    _find_lone_rows(connection, result, key)
    _find_differing_rows(connection, result, table, key)
    return result


def _find_lone_rows(connection: duckdb.DuckDBPyConnection, result: TableResult, key: tuple[str, ...]) -> None:
    for kind, here, there in (
        ("missing in silver", "source_rows", "silver_rows"),
        ("not in the source", "silver_rows", "source_rows"),
    ):
        lone = f"select {_names(key)} from {here} except all select {_names(key)} from {there}"
        count = _count(connection, f"select count(*) from ({lone})")
        if kind == "missing in silver":
            result.missing = count
        else:
            result.extra = count
        for row in connection.execute(f"{lone} order by all limit {SHOWN_ROWS}").fetchall():
            result.shown.append(Difference(_key_text(key, row), kind))


def _find_differing_rows(
    connection: duckdb.DuckDBPyConnection, result: TableResult, table: Table, key: tuple[str, ...]
) -> None:
    others = [column.name for column in table.columns if column.name not in key]
    if not others:
        return
    joined = "source_rows as a join silver_rows as b on " + " and ".join(
        f"a.{sql_name(name)} = b.{sql_name(name)}" for name in key
    )
    differs = " or ".join(f"a.{sql_name(name)} is distinct from b.{sql_name(name)}" for name in others)
    result.differing = _count(connection, f"select count(*) from {joined} where {differs}")
    if not result.differing:
        return
    pairs = ", ".join(f"a.{sql_name(name)}::varchar, b.{sql_name(name)}::varchar" for name in others)
    keys = ", ".join(f"a.{sql_name(name)}" for name in key)
    rows = connection.execute(
        f"select {keys}, {pairs} from {joined} where {differs} order by {keys} limit {SHOWN_ROWS}"
    ).fetchall()
    for row in rows:
        values = row[len(key) :]
        for at, name in enumerate(others):
            if values[2 * at] != values[2 * at + 1]:
                result.shown.append(
                    Difference(_key_text(key, row), "differs", name, values[2 * at], values[2 * at + 1])
                )


def _names(names: Sequence[str]) -> str:
    return ", ".join(sql_name(name) for name in names)


def _key_text(key: tuple[str, ...], row: tuple[object, ...]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(key, row, strict=False))


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
