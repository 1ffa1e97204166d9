"""One replication task: full load of what is not loaded yet, then the changes since."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions

from ingestion.bronze.lake import Lake
from ingestion.bronze.layout import timestamp_text
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.errors import LandfallError
from ingestion.postgres.connection import connect, first_line, scanner, sql_name
from ingestion.postgres.tables import LiveTable, live_tables
from ingestion.replica.change_files import FIRST_COUNTER, ChangeFiles, Place
from ingestion.replica.checkpoint import Checkpoint, CheckpointFile
from ingestion.replica.full_load import load_table
from ingestion.replica.postgres_log import PostgresLog

Json = dict[str, Any]

# How often an idle task looks at its files' age and tells the server how far it is.
_TICK_SECONDS = 0.2


@dataclass
class Progress:
    """Where a task stands. `lag_bytes` is the log that it has not read yet."""

    loading: str | None = None
    loaded_rows: dict[str, int] = field(default_factory=dict)
    changes: int = 0
    files: int = 0
    lag_bytes: int = 0


@dataclass(frozen=True)
class TaskConfig:
    """What a task replicates and how, in DMS's own JSON; names as the registry gives them."""

    source: str
    schema: str
    tables: tuple[str, ...]
    s3_settings: Json
    table_mappings: Json
    task_settings: Json


class Task:
    """A task of the local replica. Runs until caught up (`once`) or until stopped; can be killed at
    any instant and run again: nothing is lost, and what comes twice, silver applies once."""

    def __init__(self, config: TaskConfig, dsn: str, lake: Lake, state_dir: Path) -> None:
        self.progress = Progress()
        self._config = config
        self._dsn = dsn
        self._lake = lake
        self._settings = S3Settings.parse(config.s3_settings)
        self._mappings = TableMappings.parse(config.table_mappings)
        self._load_settings = config.task_settings.get("FullLoadSettings", {})
        self._file = CheckpointFile(state_dir, config.source)
        # each home has a slot of its own: two that shared one would take each other's changes
        owner = hashlib.sha256(str(state_dir.resolve()).encode()).hexdigest()[:8]
        self._name = f"landfall_{re.sub('[^a-z0-9]', '_', config.source.lower())}_{owner}"
        self._started_at: datetime | None = None

    def run(
        self,
        *,
        follow: bool,
        reload: bool = False,
        stop: threading.Event | None = None,
        on_progress: Callable[[Progress], None] = lambda progress: None,
    ) -> Progress:
        """Replicates. `reload` forgets the checkpoint and loads every table again.

        `on_progress` is called several times a second with the same Progress.
        """
        with self._file.lock():
            catalog = connect(self._dsn)
            try:
                self._check_server(catalog)
                names = [
                    name for name in self._config.tables if self._mappings.selects(self._config.schema, name)
                ]
                tables = live_tables(catalog, self._config.schema, names)
                checkpoint = None if reload else self._file.read()
                checkpoint = self._prepare(catalog, tables, checkpoint)
                self._load(catalog, tables, checkpoint, on_progress)
                self._follow(catalog, tables, checkpoint, follow, stop, on_progress)
            except psycopg2.Error as error:
                raise LandfallError(
                    f"task '{self._config.source}': PostgreSQL says: {first_line(error)}"
                ) from None
            finally:
                catalog.close()
        return self.progress

    def drop(self) -> None:
        """Removes the slot and the publications: an abandoned slot makes the source keep its log."""
        if checkpoint := self._file.read():
            self._name = checkpoint.slot
        catalog = connect(self._dsn)
        try:
            self._drop(catalog)
        finally:
            catalog.close()
        self._file.path.unlink(missing_ok=True)

    def _check_server(self, catalog: psycopg2.extensions.connection) -> None:
        if (level := _value(catalog, "show wal_level")) != "logical":
            raise LandfallError(f"the source has wal_level={level}; set wal_level=logical and restart it")

    def _prepare(
        self,
        catalog: psycopg2.extensions.connection,
        tables: dict[str, LiveTable],
        checkpoint: Checkpoint | None,
    ) -> Checkpoint:
        """Publication and slot, as the checkpoint knows them or made anew."""
        if checkpoint is not None:
            # a home that was moved keeps the slot that it has
            self._name = checkpoint.slot
            self._publish(catalog, tables)
            return checkpoint
        # first of all: a checkpoint must never meet a slot that was made after it
        self._file.path.unlink(missing_ok=True)
        self._drop(catalog)
        self._publish(catalog, tables)
        # The slot waits for the transactions that are open now; with `started_at` taken before it,
        # what commits later than `started_at` is in the log, and what does not is in the load.
        started_at = self._clock(catalog)
        timeout = int(self._load_settings.get("TransactionConsistencyTimeout", 600))
        with catalog.cursor() as cursor:
            cursor.execute(f"set statement_timeout = '{timeout}s'")
            cursor.execute(
                "select lsn - '0/0'::pg_lsn from pg_create_logical_replication_slot(%s, 'pgoutput')",
                (self._name,),
            )
            row = cursor.fetchone()
            cursor.execute("reset statement_timeout")
        assert row is not None
        checkpoint = Checkpoint(slot=self._name, lsn=int(row[0]), counter=FIRST_COUNTER - 12)
        self._file.write(checkpoint)
        self._started_at = started_at
        return checkpoint

    def _drop(self, catalog: psycopg2.extensions.connection) -> None:
        with catalog.cursor() as cursor:
            cursor.execute(
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = %s",
                (self._name,),
            )
            for publication in self._publications:
                cursor.execute(f"drop publication if exists {sql_name(publication)}")

    @property
    def _publications(self) -> list[str]:
        return [self._name, f"{self._name}_inserts"]

    def _publish(self, catalog: psycopg2.extensions.connection, tables: dict[str, LiveTable]) -> None:
        """Tables without a key get a publication of inserts only: publishing their updates would
        make PostgreSQL refuse those updates to the application."""
        keyed = [table.sql for table in tables.values() if table.primary_key]
        keyless = [table.sql for table in tables.values() if not table.primary_key]
        wanted = [(keyed, "insert, update, delete"), (keyless, "insert")]
        with catalog.cursor() as cursor:
            for publication, (members, operations) in zip(self._publications, wanted, strict=True):
                cursor.execute("select 1 from pg_publication where pubname = %s", (publication,))
                name = sql_name(publication)
                if not cursor.fetchone():
                    cursor.execute(f"create publication {name} with (publish = '{operations}')")
                if members:
                    cursor.execute(f"alter publication {name} set table {', '.join(members)}")

    def _clock(self, catalog: psycopg2.extensions.connection) -> datetime:
        moment: datetime = _value(catalog, "select clock_timestamp()")
        return moment

    def _load(
        self,
        catalog: psycopg2.extensions.connection,
        tables: dict[str, LiveTable],
        checkpoint: Checkpoint,
        on_progress: Callable[[Progress], None],
    ) -> None:
        waiting = [table for name, table in tables.items() if name not in checkpoint.loaded]
        if not waiting:
            return
        started_at = self._started_at
        if started_at is None:
            started_at = self._clock(catalog)
            self._await_open_transactions(catalog)
        with scanner(self._dsn) as connection:
            for table in waiting:
                self.progress.loading = table.name
                on_progress(self.progress)
                self.progress.loaded_rows[table.name] = load_table(
                    connection,
                    table,
                    source=self._config.source,
                    started_at=started_at,
                    settings=self._settings,
                    mappings=self._mappings,
                    lake=self._lake,
                    prepare=self._load_settings.get("TargetTablePrepMode") == "DROP_AND_CREATE",
                )
                checkpoint.loaded[table.name] = timestamp_text(started_at)
                self._file.write(checkpoint)
        self.progress.loading = None
        on_progress(self.progress)

    def _await_open_transactions(self, catalog: psycopg2.extensions.connection) -> None:
        """A transaction that took its commit time before the load's start must be visible to the
        load: wait, as DMS does, until all that are open now have ended, or for its timeout."""
        horizon = int(_value(catalog, "select pg_snapshot_xmax(pg_current_snapshot())::text"))
        timeout = float(self._load_settings.get("TransactionConsistencyTimeout", 600))
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            oldest = _value(catalog, "select pg_snapshot_xmin(pg_current_snapshot())::text")
            if int(oldest) >= horizon:
                return
            time.sleep(0.05)

    def _follow(
        self,
        catalog: psycopg2.extensions.connection,
        tables: dict[str, LiveTable],
        checkpoint: Checkpoint,
        follow: bool,
        stop: threading.Event | None,
        on_progress: Callable[[Progress], None],
    ) -> None:
        files = ChangeFiles(
            source=self._config.source,
            settings=self._settings,
            mappings=self._mappings,
            lake=self._lake,
            place=Place(checkpoint.lsn, checkpoint.counter),
            last_file=checkpoint.last_file,
        )
        log = PostgresLog(
            self._dsn,
            slot=self._name,
            publications=self._publications,
            lsn=checkpoint.lsn,
            catalog=catalog,
            files=files,
        )
        try:
            target = None if follow else self._end_of_log(catalog)
            while True:
                busy = log.read(_TICK_SECONDS)
                if files.close_due() or files.safe_place.lsn != checkpoint.lsn:
                    self._advance(checkpoint, files)
                log.confirm(checkpoint.lsn)
                self._report(catalog, files, log, on_progress)
                stopping = stop is not None and stop.is_set()
                if stopping and target is None:
                    # what was committed before the stop still goes into the lake
                    target = self._end_of_log(catalog)
                if not busy:
                    if target is not None and log.read_until >= target:
                        break
                    log.wait(_TICK_SECONDS)
        finally:
            log.close()
        files.close_all()
        self._advance(checkpoint, files)
        self._report(catalog, files, log, on_progress)

    def _advance(self, checkpoint: Checkpoint, files: ChangeFiles) -> None:
        checkpoint.lsn = files.safe_place.lsn
        checkpoint.counter = files.safe_place.counter
        checkpoint.last_file = files.last_file
        self._file.write(checkpoint)

    def _end_of_log(self, catalog: psycopg2.extensions.connection) -> int:
        return int(_value(catalog, "select pg_current_wal_flush_lsn() - '0/0'::pg_lsn"))

    def _report(
        self,
        catalog: psycopg2.extensions.connection,
        files: ChangeFiles,
        log: PostgresLog,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.progress.changes = files.changes
        self.progress.files = files.files
        self.progress.lag_bytes = max(0, self._end_of_log(catalog) - log.read_until)
        on_progress(self.progress)


def _value(connection: psycopg2.extensions.connection, query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    assert row is not None
    return row[0]
