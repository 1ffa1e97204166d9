"""MySQL and MariaDB as an engine of sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pymysql
from pymysql.connections import Connection

from ingestion.live import LiveTable
from ingestion.mysql.connection import connect, trouble
from ingestion.mysql.reader import MysqlReader
from ingestion.mysql.tables import live_tables


class MysqlCatalog:
    """A connection for questions."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def tables(self, schema: str, names: Sequence[str]) -> dict[str, LiveTable]:
        return live_tables(self.connection, schema, names)


class MysqlEngine:
    """See ingestion.live.Engine."""

    label = "MySQL"
    dsn_example = "mysql://dms@db.example.com:3306/shop"
    password_hint = "percent-encoded if it is a URL"
    not_carried = frozenset[str]()

    @contextmanager
    def catalog(self, dsn: str) -> Iterator[MysqlCatalog]:
        connection = connect(dsn)
        try:
            yield MysqlCatalog(connection)
        except pymysql.MySQLError as error:
            raise trouble(error) from None
        finally:
            # no goodbye: the connection may be broken
            connection._force_close()

    @contextmanager
    def reader(self, dsn: str) -> Iterator[MysqlReader]:
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield MysqlReader(dsn, connection)
