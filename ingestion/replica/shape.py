"""The columns of a bronze file: what DMS adds to a source table's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingestion.bronze.layout import OP_COLUMN
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.live import LiveColumn, LiveTable
from ingestion.sql import sql_name


@dataclass(frozen=True)
class RowSource:
    """Where a file's rows get their values: SQL expressions over the relation that is read."""

    operation: str | None
    timestamp: str
    column: Callable[[LiveColumn], str]
    header: Callable[[str], str]
    before: Callable[[LiveColumn], str]


def select_list(table: LiveTable, settings: S3Settings, mappings: TableMappings, rows: RowSource) -> str:
    """The columns in DMS's order: Op, timestamp, the table's own, added columns, before images."""
    columns: list[tuple[str, str]] = []
    if rows.operation:
        columns.append((rows.operation, OP_COLUMN))
    if settings.timestamp_column:
        columns.append((rows.timestamp, settings.timestamp_column))
    columns += [(rows.column(column), column.name) for column in table.columns]
    columns += [(rows.header(expression), name) for name, expression in mappings.added_columns]
    if mappings.before_image_prefix is not None:
        columns += [
            (rows.before(column), mappings.before_image_prefix + column.name)
            for column in table.columns
            if column.name in table.primary_key
        ]
    return ", ".join(f"{expression} as {sql_name(name)}" for expression, name in columns)


def cut_lob(column: LiveColumn, value: str, max_bytes: int) -> str:
    """The expression `value` of a column, cut as DMS's limited LOB mode cuts: silently.

    Whether DMS counts bytes or characters of a text is not documented; here they are characters.
    """
    if not column.rule.is_lob:
        return value
    if column.rule.bronze == "blob":
        return f"array_slice({value}, 1, {max_bytes})"
    return f"case when strlen({value}) > {max_bytes} then left({value}, {max_bytes}) else {value} end"
