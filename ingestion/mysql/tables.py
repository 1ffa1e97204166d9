"""The live schema of MySQL tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pymysql.connections import Connection

from ingestion.errors import LandfallError
from ingestion.mysql.connection import rows, sql_name
from ingestion.mysql.types import TypeRule, type_rule


@dataclass(frozen=True)
class LiveColumn:
    """A column as the database has it now."""

    name: str
    type: str

    @cached_property
    def rule(self) -> TypeRule:
        """How its values become bronze."""
        return type_rule(self.type)


@dataclass(frozen=True)
class LiveTable:
    """A table as the database has it now."""

    schema: str
    name: str
    columns: tuple[LiveColumn, ...]
    primary_key: tuple[str, ...]

    @property
    def sql(self) -> str:
        """Its quoted name."""
        return f"{sql_name(self.schema)}.{sql_name(self.name)}"

    def converted(self, names: Iterable[str] | None = None) -> str:
        """The query for its rows, in the form that each column's rule expects; some columns, or all."""
        rules = {column.name: column.rule for column in self.columns}
        columns = ", ".join(
            f"{rules[name].load.format(sql_name(name))} as {sql_name(name)}" for name in names or rules
        )
        return f"select {columns} from {self.sql}"


_COLUMNS = """
    select c.table_name, c.column_name, c.column_type, coalesce(k.seq_in_index, 0)
    from information_schema.columns as c
    join information_schema.tables as t
        on t.table_schema = c.table_schema and t.table_name = c.table_name
    left join information_schema.statistics as k
        on k.table_schema = c.table_schema and k.table_name = c.table_name
        and k.column_name = c.column_name and k.index_name = 'PRIMARY'
    where c.table_schema = %s and c.table_name in %s and t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
    order by c.table_name, c.ordinal_position
"""


def live_tables(connection: Connection, schema: str, names: list[str]) -> dict[str, LiveTable]:
    """The named tables of a schema. LandfallError names the first that is not there."""
    columns: dict[str, list[LiveColumn]] = {}
    keys: dict[str, list[tuple[int, str]]] = {}
    for table, column, column_type, key_position in rows(connection, _COLUMNS, (schema, names or [""])):
        columns.setdefault(table, []).append(LiveColumn(column, str(column_type)))
        if key_position:
            keys.setdefault(table, []).append((key_position, column))
    for name in names:
        if name not in columns:
            raise LandfallError(
                f"table {schema}.{name} is in the registry but not in the database "
                "(or this user may not see it)"
            )
    return {
        name: LiveTable(
            schema, name, tuple(columns[name]), tuple(column for _, column in sorted(keys.get(name, [])))
        )
        for name in names
    }
