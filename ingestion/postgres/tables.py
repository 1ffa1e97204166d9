"""The live schema of PostgreSQL tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import psycopg2.extensions

from ingestion.errors import LandfallError
from ingestion.live import LiveColumn, LiveTable
from ingestion.postgres.types import type_rule
from ingestion.sql import sql_name


def live_column(name: str, pg_type: str) -> LiveColumn:
    """A column of a type as format_type() names it."""
    return LiveColumn(name, pg_type, type_rule(pg_type))


def live_table(
    schema: str, name: str, columns: Iterable[LiveColumn], primary_key: Iterable[str]
) -> LiveTable:
    """A table under its quoted name."""
    return LiveTable(schema, name, tuple(columns), tuple(primary_key), f"{sql_name(schema)}.{sql_name(name)}")


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
    connection: psycopg2.extensions.connection, schema: str, names: Sequence[str]
) -> dict[str, LiveTable]:
    """The named tables of a schema. LandfallError names the first that is not there."""
    columns: dict[str, list[LiveColumn]] = {}
    keys: dict[str, list[tuple[int, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, (schema,))
        for table, column, pg_type, key_position in cursor.fetchall():
            columns.setdefault(table, []).append(live_column(column, pg_type))
            if key_position:
                keys.setdefault(table, []).append((key_position, column))
    for name in names:
        if name not in columns:
            raise LandfallError(
                f"table {schema}.{name} is in the registry but not in the database: name it and its "
                "database_schema as they are there, or take it out of the registry"
            )
    return {
        name: live_table(schema, name, columns[name], (column for _, column in sorted(keys.get(name, []))))
        for name in names
    }
