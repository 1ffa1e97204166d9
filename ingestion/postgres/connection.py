"""Connections to a PostgreSQL source. Passwords come from the environment or ~/.pgpass."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import duckdb_extension_postgres_scanner
import psycopg2
import psycopg2.extensions
from psycopg2.extras import LogicalReplicationConnection

from ingestion.errors import LandfallError

# One text form for every value, whatever the server's or the role's own settings are: the log and
# the full load must agree to the character.
SESSION_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "client_encoding=UTF8",
        "TimeZone=UTC",
        "DateStyle=ISO",
        "IntervalStyle=postgres_verbose",
        "bytea_output=hex",
        "extra_float_digits=1",
        "lc_monetary=C",
    )
)


def dsn_variable(source: str) -> str:
    """The environment variable that says where a source is: one that a shell can export."""
    return f"LANDFALL_{re.sub('[^A-Z0-9]', '_', source.upper())}_DSN"


def source_dsn(source: str) -> str:
    """The connection string of a source, from the environment: a password given so never shows in a
    process list."""
    variable = dsn_variable(source)
    dsn = os.environ.get(variable)
    if not dsn:
        raise LandfallError(
            f"where is the database of source '{source}'? "
            f'Set {variable}, for example "host=db.example.com dbname=shop user=dms"'
        )
    return dsn


def connect(dsn: str, *, autocommit: bool = True) -> psycopg2.extensions.connection:
    """An ordinary connection with the session settings above."""
    try:
        connection = psycopg2.connect(dsn, options=SESSION_OPTIONS, application_name="landfall")
    except psycopg2.Error as error:
        raise LandfallError(f"cannot connect to PostgreSQL: {first_line(error)}") from None
    connection.autocommit = autocommit
    return connection


def connect_to_log(dsn: str) -> LogicalReplicationConnection:
    """A connection that speaks the replication protocol."""
    try:
        return psycopg2.connect(
            dsn,
            options=SESSION_OPTIONS,
            application_name="landfall",
            connection_factory=LogicalReplicationConnection,
        )
    except psycopg2.Error as error:
        raise LandfallError(f"cannot connect to PostgreSQL: {first_line(error)}") from None


@contextmanager
def scanner(dsn: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection with the source attached as `src`, for postgres_query('src', …)."""
    extension = next(Path(duckdb_extension_postgres_scanner.__path__[0]).rglob("*.duckdb_extension"))
    with duckdb.connect(config={"allow_unsigned_extensions": "true"}) as connection:
        connection.execute(f"load '{extension}'; set TimeZone = 'UTC'")
        options = psycopg2.extensions.make_dsn(dsn, options=SESSION_OPTIONS)
        try:
            connection.execute(f"attach {sql_text(options)} as src (type postgres, read_only)")
        except duckdb.Error as error:
            # DuckDB repeats the connection string in its message
            raise LandfallError(
                f"cannot connect to PostgreSQL: {str(error).splitlines()[-1].strip()}"
            ) from None
        yield connection


def sql_text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def first_line(error: Exception) -> str:
    """The server's own words, on one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
