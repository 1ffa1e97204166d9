"""A MySQL database of a test's own, and tasks over its tables."""

from __future__ import annotations

import uuid

from ingestion.demo.mariadb_server import MariadbServer
from ingestion.home import Home
from ingestion.mysql.connection import connect
from ingestion.mysql.connection import rows as query
from ingestion.replica.task import Progress, Task
from tests.e2e.tables import rows, table_task


class Mysql:
    """A database of a test's own, and tasks over its tables."""

    def __init__(self, server: MariadbServer, home: Home) -> None:
        self.server = server
        self.home = home
        self.name = f"test_{uuid.uuid4().hex[:12]}"
        admin = connect(server.dsn())
        query(admin, f"create database {self.name}")
        admin.close()
        self.dsn = server.dsn(self.name)
        self.connection = connect(self.dsn)

    def execute(self, *statements: str) -> list[tuple[object, ...]]:
        """Each in a transaction of its own; rows of the last."""
        found: list[tuple[object, ...]] = []
        for statement in statements:
            found = query(self.connection, statement)
        return found

    def task(self, *tables: str, **s3_settings: object) -> Task:
        return table_task(self.dsn, self.home, *tables, engine="mysql", schema=self.name, **s3_settings)

    def replicate(self, *tables: str, reload: bool = False, **s3_settings: object) -> Progress:
        return self.task(*tables, **s3_settings).run(follow=False, reload=reload)

    def bronze(self, table: str, sql: str = "select * exclude (filename)") -> list[tuple[object, ...]]:
        return rows(self.home, table, sql)
