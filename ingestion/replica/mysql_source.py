"""MySQL and MariaDB as the source of a task. Nothing is left there: the server keeps its log anyway."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

import pymysql
from pymysql.connections import Connection

from ingestion.bronze.layout import timestamp_text
from ingestion.live import LiveTable, Reader
from ingestion.mysql import server
from ingestion.mysql.binlog import Binlog
from ingestion.mysql.connection import connect, trouble
from ingestion.mysql.engine import MysqlEngine
from ingestion.mysql.tables import live_tables
from ingestion.replica.change_files import ChangeFiles, Place
from ingestion.replica.checkpoint import Checkpoint
from ingestion.replica.mysql_log import MysqlLog
from ingestion.replica.source import Tables


class MysqlSource:
    """See ingestion.replica.source.SourceSession.

    A checkpoint's `slot` is the name of the log's files without their number.
    """

    driver_errors = (pymysql.MySQLError,)

    def __init__(self, catalog: Connection, dsn: str) -> None:
        self._catalog = catalog
        self._dsn = dsn
        # the server takes two readers with one number for one, and ends the older
        self._server_id = secrets.randbits(31) | 1 << 31

    def tables(self, schema: str, names: Sequence[str]) -> dict[str, LiveTable]:
        return live_tables(self._catalog, schema, names)

    def check(self, tables: Tables, checkpoint: Checkpoint | None) -> None:
        server.require_row_log(self._catalog)
        if checkpoint is not None:
            server.require_log_since(
                self._catalog, *server.file_and_position(checkpoint.slot, checkpoint.lsn)
            )
        # may the user read the log? the server says so when asked for it
        file, position = server.end_of_log(self._catalog)
        Binlog(
            self._dsn, file=file, position=position, server_id=self._server_id, heartbeat=1
        ).close_after_first()

    def begin(self, tables: Tables, timeout_seconds: int) -> tuple[Checkpoint, datetime]:
        started_at = server.next_second(self._catalog)
        file, position = server.load_position(self._catalog, timeout_seconds)
        place = Place(server.place(file, position), not_before=started_at)
        return Checkpoint.at(place, file.rpartition(".")[0]), started_at

    def forget_unseen(self, tables: Tables, schema: str, checkpoint: Checkpoint) -> None:
        # what was not declared for a while was not read
        checkpoint.loaded = {name: at for name, at in checkpoint.loaded.items() if name in tables}

    def follow(self, tables: Tables, checkpoint: Checkpoint) -> None:
        """Nothing to do: the log tells of every table, the reader picks these."""

    def load_start(self, checkpoint: Checkpoint, timeout_seconds: int) -> datetime:
        started_at = server.next_second(self._catalog)
        place = server.place(*server.load_position(self._catalog, timeout_seconds))
        checkpoint.floors[str(place)] = timestamp_text(started_at)
        return started_at

    def reader(self) -> AbstractContextManager[Reader]:
        return MysqlEngine().reader(self._dsn)

    def log(self, tables: Tables, schema: str, checkpoint: Checkpoint, files: ChangeFiles) -> MysqlLog:
        return MysqlLog(
            self._dsn,
            base=checkpoint.slot,
            lsn=checkpoint.lsn,
            server_id=self._server_id,
            schema=schema,
            tables=set(tables),
            floors={int(at): datetime.fromisoformat(f"{t}+00:00") for at, t in checkpoint.floors.items()},
            catalog=self._catalog,
            files=files,
        )

    def end_of_log(self) -> int:
        return server.place(*server.end_of_log(self._catalog))

    def drop(self, checkpoint: Checkpoint | None) -> None:
        """Nothing to remove."""


@contextmanager
def mysql_source(dsn: str, task: str) -> Iterator[MysqlSource]:
    """A session at a MySQL source."""
    catalog = connect(dsn)
    try:
        yield MysqlSource(catalog, dsn)
    except pymysql.MySQLError as error:
        raise trouble(error) from None
    finally:
        catalog._force_close()
