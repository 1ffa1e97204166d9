"""The live schema of MySQL tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pymysql.connections import Connection

from ingestion.errors import LandfallError
from ingestion.live import LiveColumn, LiveTable
from ingestion.mysql.connection import rows, sql_name
from ingestion.mysql.types import type_rule


def live_column(name: str, column_type: str) -> LiveColumn:
    """A column of a type as information_schema names it."""
    return LiveColumn(name, column_type, type_rule(column_type))


def live_table(
    schema: str, name: str, columns: Iterable[LiveColumn], primary_key: Iterable[str]
) -> LiveTable:
    """A table under its quoted name."""
    return LiveTable(schema, name, tuple(columns), tuple(primary_key), f"{sql_name(schema)}.{sql_name(name)}")


_COLUMNS = """
    select c.table_name, c.column_name, c.column_type, coalesce(k.seq_in_index, 0), t.table_type
    from information_schema.columns as c
    join information_schema.tables as t
        on t.table_schema = c.table_schema and t.table_name = c.table_name
    left join information_schema.statistics as k
        on k.table_schema = c.table_schema and k.table_name = c.table_name
        and k.column_name = c.column_name and k.index_name = 'PRIMARY'
    where c.table_schema = %s and c.table_name in %s and t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
    order by c.table_name, c.ordinal_position
"""


def live_tables(connection: Connection, schema: str, names: Sequence[str]) -> dict[str, LiveTable]:
    """The named tables of a schema. LandfallError names the first that is not there, or that no reader of
    the log could follow."""
    columns: dict[str, list[LiveColumn]] = {}
    keys: dict[str, list[tuple[int, str]]] = {}
    found = rows(connection, _COLUMNS, (schema, tuple(names) or ("",)))
    for table, column, column_type, key_position, table_type in found:
        if table_type == "SYSTEM VERSIONED":
            # the log has its history as rows beside the rows, under the same key
            raise LandfallError(
                f"table {schema}.{table} is system-versioned, and the log shows its history as more rows: "
                f"take it out of the registry, or `alter table {table} drop system versioning`"
            )
        columns.setdefault(table, []).append(live_column(column, str(column_type)))
        if key_position:
            keys.setdefault(table, []).append((key_position, column))
    for name in names:
        if name not in columns:
            raise LandfallError(
                f"table {schema}.{name} is in the registry but not in the database "
                "(or this user may not see it)"
            )
    return {
        name: live_table(schema, name, columns[name], (column for _, column in sorted(keys.get(name, []))))
        for name in names
    }
