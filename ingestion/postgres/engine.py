"""PostgreSQL as an engine of sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg2
import psycopg2.extensions

from ingestion.live import LiveTable
from ingestion.postgres.connection import connect, scanner, trouble
from ingestion.postgres.reader import PostgresReader
from ingestion.postgres.tables import live_tables


class PostgresCatalog:
    """A connection for questions."""

    def __init__(self, connection: psycopg2.extensions.connection) -> None:
        self.connection = connection

    def tables(self, schema: str, names: Sequence[str]) -> dict[str, LiveTable]:
        return live_tables(self.connection, schema, names)


class PostgresEngine:
    """See ingestion.live.Engine."""

    label = "PostgreSQL"
    dsn_example = "host=db.example.com dbname=shop user=dms"
    password_hint = "in PGPASSWORD or in ~/.pgpass"
    # DMS leaves columns of these types out, and nothing would ever come in them
    not_carried = frozenset({"oid", "geometry", "geography", "raster"})

    @contextmanager
    def catalog(self, dsn: str) -> Iterator[PostgresCatalog]:
        connection = connect(dsn)
        try:
            yield PostgresCatalog(connection)
        except psycopg2.Error as error:
            raise trouble(error) from None
        finally:
            connection.close()

    @contextmanager
    def reader(self, dsn: str) -> Iterator[PostgresReader]:
        with scanner(dsn) as connection:
            yield PostgresReader(connection)
