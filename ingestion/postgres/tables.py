"""The live schema of PostgreSQL tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import psycopg2.extensions

from ingestion.errors import LandfallError
from ingestion.postgres.connection import sql_name
from ingestion.postgres.types import TypeRule, type_rule


@dataclass(frozen=True)
class LiveColumn:
    """A column as the database has it now."""

    name: str
    pg_type: str

    @cached_property
    def rule(self) -> TypeRule:
        """How its values become bronze."""
        return type_rule(self.pg_type)


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
        """The query that has the server make bronze values of its rows; of some columns, or of all."""
        rules = {column.name: column.rule for column in self.columns}
        columns = ", ".join(
            f"{rules[name].load.format(sql_name(name))} as {sql_name(name)}" for name in names or rules
        )
        return f"select {columns} from {self.sql}"


_COLUMNS = """
    select
        c.relname,
        a.attname,
        -- a domain is what it is made of
        format_type(
            case when t.typtype = 'd' then t.typbasetype else a.atttypid end,
            case when t.typtype = 'd' then t.typtypmod else a.atttypmod end
        ),
        -- an int2vector counts from 0
        coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0)
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type as t on t.oid = a.atttypid
    left join pg_index as i on i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)
    where n.nspname = %s and c.relkind in ('r', 'p')
    order by c.relname, a.attnum
"""


def live_tables(
    connection: psycopg2.extensions.connection, schema: str, names: list[str]
) -> dict[str, LiveTable]:
    """The named tables of a schema. LandfallError names the first that is not there."""
    columns: dict[str, list[LiveColumn]] = {}
    keys: dict[str, list[tuple[int, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, (schema,))
        for table, column, pg_type, key_position in cursor.fetchall():
            columns.setdefault(table, []).append(LiveColumn(column, pg_type))
            if key_position:
                keys.setdefault(table, []).append((key_position, column))
    for name in names:
        if name not in columns:
            raise LandfallError(
                f"table {schema}.{name} is in the registry but not in the database: name it and its "
                "database_schema as they are there, or take it out of the registry"
            )
    return {
        name: LiveTable(
            schema,
            name,
            tuple(columns[name]),
            tuple(column for _, column in sorted(keys.get(name, []))),
        )
        for name in names
    }
