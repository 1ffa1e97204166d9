"""Connections to a PostgreSQL source. Passwords come from the environment or ~/.pgpass."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
import duckdb_extension_postgres_scanner
import psycopg2
import psycopg2.extensions
from psycopg2.extras import LogicalReplicationConnection

from ingestion.errors import CannotConnect, LandfallError, SourceAway
from ingestion.sql import sql_text

_Connection = TypeVar("_Connection", bound=psycopg2.extensions.connection)

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

# A host that has gone without a word is noticed after a minute or so; the connection string may say
# otherwise.
_LIMITS = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}

# what DuckDB's scanner puts before libpq's words: the connection string
_SCANNER_PREFIX = re.compile(r'.*Unable to connect to Postgres at "(.*": |.*$)', re.DOTALL)


def connect(dsn: str, *, autocommit: bool = True) -> psycopg2.extensions.connection:
    """An ordinary connection with the session settings above."""
    connection = _connect(dsn, psycopg2.extensions.connection)
    connection.autocommit = autocommit
    return connection


def connect_to_log(dsn: str) -> LogicalReplicationConnection:
    """A connection that speaks the replication protocol."""
    return _connect(dsn, LogicalReplicationConnection)


@contextmanager
def scanner(dsn: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection with the source attached as `src`, for postgres_query('src', …)."""
    extension = next(Path(duckdb_extension_postgres_scanner.__path__[0]).rglob("*.duckdb_extension"))
    with duckdb.connect(config={"allow_unsigned_extensions": "true"}) as connection:
        connection.execute(f"load '{extension}'; set TimeZone = 'UTC'")
        try:
            connection.execute(f"attach {sql_text(_complete(dsn))} as src (type postgres, read_only)")
            yield connection
        except (duckdb.Error, LandfallError) as error:
            # it connects anew for each query, and tells of trouble with the whole connection string
            if not _SCANNER_PREFIX.match(str(error)):
                raise
            told = first_line(_SCANNER_PREFIX.sub("", str(error)))
            raise CannotConnect(f"cannot connect to PostgreSQL: {told}") from None


def trouble(error: psycopg2.Error) -> LandfallError:
    """What a failed statement means to a task: SourceAway if the connection is gone."""
    code = error.pgcode or ""
    gone = not code and not isinstance(error, psycopg2.ProgrammingError)
    if gone or code.startswith(("08", "57P")):
        return SourceAway(f"the connection to PostgreSQL broke ({first_line(error)})")
    return LandfallError(f"PostgreSQL says: {first_line(error)}")


def _connect(dsn: str, factory: type[_Connection]) -> _Connection:
    try:
        return psycopg2.connect(_complete(dsn), connection_factory=factory)
    except psycopg2.Error as error:
        raise CannotConnect(f"cannot connect to PostgreSQL: {first_line(error)}") from None


def _complete(dsn: str) -> str:
    """The connection string as libpq gets it. What libpq cannot read of one it repeats, and that may be
    a part of the password: such a string is refused here."""
    try:
        given = psycopg2.extensions.parse_dsn(dsn)
    except psycopg2.ProgrammingError:
        given = {}
    misread = dsn.startswith("postgres") and "@" in given.get("host", "") + given.get("dbname", "")
    if not given or misread or not re.fullmatch(r"[\d,]*", given.get("port", "")):
        raise CannotConnect(
            'the connection string cannot be read: write it as "host=… dbname=… user=…", a value with '
            "blanks in single quotes, or as a URL whose password is percent-encoded"
        )
    limits = {name: value for name, value in _LIMITS.items() if f"PG{name.upper()}" not in os.environ}
    ours = {"options": SESSION_OPTIONS, "application_name": "landfall"}
    whole: str = psycopg2.extensions.make_dsn(**{**limits, **given, **ours})
    return whole


def first_line(error: Exception | str) -> str:
    """The server's own words, on one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
