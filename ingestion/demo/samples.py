"""The sample shops: the server that each lives on, how it is filled, and how its customers live in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import connection

from ingestion.demo.classicmodels import load as classicmodels
from ingestion.demo.classicmodels.traffic import run_traffic as classicmodels_traffic
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.demo.olist import load as olist
from ingestion.demo.olist.traffic import run_traffic as olist_traffic
from ingestion.demo.postgres_server import PostgresServer
from ingestion.demo.traffic import Counts
from ingestion.demo.woocommerce import load as woocommerce
from ingestion.demo.woocommerce.traffic import run_traffic as woocommerce_traffic
from ingestion.errors import CannotConnect
from ingestion.home import Home
from ingestion.mysql.connection import connect as connect_mysql
from ingestion.postgres.connection import connect as connect_postgres


@dataclass(frozen=True)
class Sample:
    """A source of the registry whose database the demo makes.

    `generate(dsn, orders)` makes it anew; so does `load(dsn, path)`, where the shop's data are published,
    out of what is `published` (a 'folder' or a 'file').
    """

    source: str
    engine: str
    generate: Callable[[str, int], None]
    traffic: Callable[..., Counts]
    load: Callable[[str, Path], None] | None = None
    published: str | None = None

    def server(self, home: Home) -> PostgresServer | MariadbServer:
        """Its server in a home, started or not."""
        return PostgresServer(home.postgres) if self.engine == "postgres" else MariadbServer(home.mariadb)

    def dsn(self, home: Home) -> str:
        """Where its database is, or will be."""
        server = self.server(home)
        return server.dsn() if isinstance(server, PostgresServer) else server.dsn(self.source)

    def answers(self, home: Home) -> bool:
        """Whether its server runs: one that another command has started, say."""
        dsn = self.server(home).dsn()
        try:
            (connect_postgres(dsn) if self.engine == "postgres" else connect_mysql(dsn)).close()
        except CannotConnect:
            return False
        return True


def _olist_from_generator(dsn: str, orders: int) -> None:
    with closing(_without_slots(dsn)) as found:
        olist.from_generator(found, orders, reset=True)


def _olist_from_csv(dsn: str, folder: Path) -> None:
    with closing(_without_slots(dsn)) as found:
        olist.from_csv(found, folder, reset=True)


def _without_slots(dsn: str) -> connection:
    """A connection; the slot of an earlier replica, which holds the log and the tables, is gone."""
    found = connect_postgres(dsn)
    with found.cursor() as cursor:
        cursor.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots")
    return found


SAMPLES: dict[str, Sample] = {
    sample.source: sample
    for sample in (
        Sample("olist", "postgres", _olist_from_generator, olist_traffic, _olist_from_csv, "folder"),
        Sample(
            "classicmodels",
            "mysql",
            lambda dsn, orders: classicmodels.from_generator(dsn, orders, reset=True),
            classicmodels_traffic,
            lambda dsn, dump: classicmodels.from_dump(dsn, dump, reset=True),
            "file",
        ),
        Sample(
            "woocommerce",
            "mysql",
            lambda dsn, orders: woocommerce.from_generator(dsn, orders, reset=True),
            woocommerce_traffic,
        ),
    )
}
