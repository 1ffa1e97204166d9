"""PostgreSQL as the source of a task: a replication slot, and what it needs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import psycopg2
import psycopg2.extensions

from ingestion.errors import LandfallError
from ingestion.live import LiveTable, Reader
from ingestion.postgres.connection import connect, trouble
from ingestion.postgres.engine import PostgresEngine
from ingestion.postgres.tables import live_tables
from ingestion.replica.change_files import ChangeFiles, Place
from ingestion.replica.checkpoint import Checkpoint
from ingestion.replica.postgres_log import PostgresLog
from ingestion.replica.postgres_rights import check_rights
from ingestion.replica.postgres_slot import PostgresSlot, clock
from ingestion.replica.source import Tables


class PostgresSource:
    """See ingestion.replica.source.SourceSession."""

    driver_errors = (psycopg2.Error,)

    def __init__(self, catalog: psycopg2.extensions.connection, dsn: str, task: str) -> None:
        self._catalog = catalog
        self._dsn = dsn
        self._task = task

    def tables(self, schema: str, names: Sequence[str]) -> dict[str, LiveTable]:
        return live_tables(self._catalog, schema, names)

    def check(self, tables: Tables, checkpoint: Checkpoint | None) -> None:
        if (level := self._value("show wal_level")) != "logical":
            raise LandfallError(
                f"the source has wal_level={level}, which its changes cannot be read from: "
                "alter system set wal_level = logical, and restart it"
            )
        slot = self._slot(checkpoint)
        if checkpoint is not None:
            slot.require()
            slot.refuse_other_reader(even_ours=False)
        check_rights(self._catalog, tables.values(), slot.publications)
        if checkpoint is None:
            slot.refuse_other_reader(even_ours=True)

    def begin(self, tables: Tables, timeout_seconds: int) -> tuple[Checkpoint, datetime]:
        slot = self._slot(None)
        slot.drop()
        slot.publish(tables.values())
        # the slot waits for the transactions that are open now, so the start is taken before it
        started_at = clock(self._catalog)
        place = Place(slot.create(timeout_seconds))
        return Checkpoint.at(place, slot.name), started_at

    def forget_unseen(self, tables: Tables, schema: str, checkpoint: Checkpoint) -> None:
        # a table that was dropped and made anew, or was not declared for a while, is not published
        seen = self._slot(checkpoint).published(schema)
        checkpoint.loaded = {name: at for name, at in checkpoint.loaded.items() if name in seen}

    def follow(self, tables: Tables, checkpoint: Checkpoint) -> None:
        self._slot(checkpoint).publish(tables.values())

    def load_start(self, checkpoint: Checkpoint, timeout_seconds: int) -> datetime:
        """A transaction that took its commit time before the load's start must be visible to the
        load: waits, as DMS does, until all that are open now have ended, or for its timeout."""
        started_at = clock(self._catalog)
        horizon = int(self._value("select pg_snapshot_xmax(pg_current_snapshot())::text"))
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            oldest = self._value("select pg_snapshot_xmin(pg_current_snapshot())::text")
            if int(oldest) >= horizon:
                break
            time.sleep(0.05)
        return started_at

    def reader(self) -> AbstractContextManager[Reader]:
        return PostgresEngine().reader(self._dsn)

    def log(self, tables: Tables, schema: str, checkpoint: Checkpoint, files: ChangeFiles) -> PostgresLog:
        slot = self._slot(checkpoint)
        return PostgresLog(
            self._dsn,
            slot=slot.name,
            publications=slot.publications,
            lsn=checkpoint.lsn,
            catalog=self._catalog,
            files=files,
        )

    def end_of_log(self) -> int:
        return int(self._value("select pg_current_wal_flush_lsn() - '0/0'::pg_lsn"))

    def drop(self, checkpoint: Checkpoint | None) -> None:
        self._slot(checkpoint).drop()

    def _slot(self, checkpoint: Checkpoint | None) -> PostgresSlot:
        # a home that was moved keeps the slot that it has
        return PostgresSlot(self._catalog, checkpoint.slot if checkpoint else self._task)

    def _value(self, query: str) -> Any:
        with self._catalog.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
        assert row is not None
        return row[0]


@contextmanager
def postgres_source(dsn: str, task: str) -> Iterator[PostgresSource]:
    """A session at a PostgreSQL source."""
    catalog = connect(dsn)
    try:
        yield PostgresSource(catalog, dsn, task)
    except psycopg2.Error as error:
        raise trouble(error) from None
    finally:
        catalog.close()
