"""The stand-in as a whole: a PostgreSQL server with what Redshift has, behind the proxy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from ingestion.demo.postgres_server import PostgresServer
from tests.engines.redshift.proxy import proxy
from tests.engines.redshift.rewrite import SHIM

DATABASE = "dev"
# no log to decode here; the rest is as for the sample databases
_SETTINGS = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_replication_slots": "0",
    # Redshift joins by hash. PostgreSQL would loop over tables that it has no statistics of yet.
    "enable_nestloop": "off",
}


@dataclass(frozen=True)
class StandIn:
    """A running stand-in. `dsn` reaches the server past the proxy: bronze comes in that way."""

    dsn: str
    port: int

    def environment(self) -> dict[str, str]:
        """What the profile's target `redshift` needs to find it."""
        return {
            "REDSHIFT_HOST": "127.0.0.1",
            "REDSHIFT_PORT": str(self.port),
            "REDSHIFT_DATABASE": DATABASE,
            "REDSHIFT_USER": "postgres",
            "REDSHIFT_PASSWORD": "not asked for",
            "REDSHIFT_SSLMODE": "disable",
        }

    def execute(self, *statements: str) -> list[tuple[Any, ...]]:
        """Runs statements of PostgreSQL; gives the rows of the last one, if it has any."""
        connection = psycopg2.connect(self.dsn)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@contextmanager
def stand_in(folder: Path) -> Iterator[StandIn]:
    """Starts a stand-in whose data lie in a folder that does not exist yet."""
    with PostgresServer(folder / "data", _SETTINGS) as server:
        StandIn(server.dsn(), 0).execute(
            # as Redshift: letters of every language have capitals
            f"create database {DATABASE} template template0 locale_provider builtin builtin_locale 'C.UTF-8'",
            f"alter database {DATABASE} set search_path = {SHIM}, pg_catalog, public",
            # a catalog view or two of Redshift's have to lie in pg_catalog
            f"alter database {DATABASE} set allow_system_table_mods = on",
        )
        dsn = server.dsn(DATABASE)
        StandIn(dsn, 0).execute(Path(__file__).with_name("shim.sql").read_text("utf-8"))
        with proxy(server.socket_dir) as port:
            yield StandIn(dsn, port)
