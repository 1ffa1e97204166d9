"""Does the registry say what the database has?"""

from __future__ import annotations

import psycopg2.extensions

from ingestion.postgres.tables import live_tables
from ingestion.registry import Source

# DuckDB's names of types where the registry has another word
_REGISTRY_WORDS = {"blob": "varbinary"}
_NOT_MIGRATED = ("oid", "geometry", "geography")


def wrong_declarations(source: Source, connection: psycopg2.extensions.connection) -> list[str]:
    """What the registry declares otherwise than bronze will have it, a line each."""
    found = []
    live = live_tables(connection, source.schema, [table.name for table in source.tables])
    for table in source.tables:
        columns = {column.name: column for column in live[table.name].columns}
        for declared in table.columns:
            where = f"{source.path}: {source.name}.{table.name}.{declared.name}"
            column = columns.get(declared.name)
            if column is None:
                found.append(f"{where} is not a column of the database")
                continue
            if column.pg_type in _NOT_MIGRATED:
                found.append(f"{where} is of type {column.pg_type}, which DMS does not migrate: leave it out")
                continue
            bronze = _REGISTRY_WORDS.get(column.rule.bronze, column.rule.bronze)
            if declared.data_type != bronze:
                found.append(
                    f"{where} is {column.pg_type} in the database, which bronze holds as {bronze}: "
                    f"declare data_type {bronze}, not {declared.data_type}"
                )
        key = live[table.name].primary_key
        if set(key) != set(table.primary_key):
            found.append(
                f"{source.path}: {source.name}.{table.name} has the primary key ({', '.join(key)}) in the "
                f"database: declare that, not ({', '.join(table.primary_key)})"
            )
    return found
