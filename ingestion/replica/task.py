"""One replication task: full load of what is not loaded yet, then the changes since."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions

from ingestion.bronze.lake import Lake
from ingestion.bronze.layout import timestamp_text
from ingestion.bronze.settings import S3Settings, TableMappings, TaskSettings
from ingestion.errors import LandfallError
from ingestion.postgres.connection import connect, scanner, trouble
from ingestion.postgres.tables import LiveTable, live_tables
from ingestion.replica.change_files import FIRST_COUNTER, ChangeFiles, Place
from ingestion.replica.checkpoint import Checkpoint, CheckpointFile
from ingestion.replica.full_load import load_table
from ingestion.replica.postgres_log import PostgresLog
from ingestion.replica.postgres_rights import check_rights
from ingestion.replica.postgres_slot import PostgresSlot, clock
from ingestion.replica.reconnect import Patience, keep_reading

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
        self._task_settings = TaskSettings.parse(config.task_settings)
        self._patience = Patience.parse(config.task_settings.get("ErrorBehavior", {}))
        self._file = CheckpointFile(state_dir, config.source)
        # each home has a slot of its own: two that shared one would take each other's changes
        owner = hashlib.sha256(str(state_dir.resolve()).encode()).hexdigest()[:8]
        self._name = f"landfall_{re.sub('[^a-z0-9]', '_', config.source.lower())}_{owner}"
        self._forget = False
        self._started_at: datetime | None = None

    def run(
        self,
        *,
        follow: bool,
        reload: bool = False,
        stop: threading.Event | None = None,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        on_trouble: Callable[[str], None] = lambda line: None,
    ) -> Progress:
        """Replicates. `reload` forgets the checkpoint and loads every table again.

        `on_progress` is called several times a second with the same Progress. With `follow` a source
        that goes away is waited for, as DMS's ErrorBehavior says; `on_trouble` gets a line an attempt.
        """
        stop = stop or threading.Event()
        patience = self._patience if follow else replace(self._patience, attempts=0)
        self._forget = reload
        with self._file.lock():
            self._lake.claim(self._name)
            keep_reading(
                lambda reads: self._replicate(follow, stop, on_progress, reads), patience, stop, on_trouble
            )
        return self.progress

    def drop(self) -> None:
        """Removes the slot and the publications: an abandoned slot makes the source keep its log."""
        with self._file.lock():
            checkpoint = self._file.read()
            with self._catalog() as catalog:
                PostgresSlot(catalog, checkpoint.slot if checkpoint else self._name).drop()
            self._file.path.unlink(missing_ok=True)

    @contextmanager
    def _catalog(self) -> Iterator[psycopg2.extensions.connection]:
        """A connection for questions to the source; what goes wrong there is told in one line."""
        catalog = connect(self._dsn)
        try:
            yield catalog
        except psycopg2.Error as error:
            told = trouble(error)
            raise type(told)(f"task '{self._config.source}': {told}") from None
        finally:
            catalog.close()

    def _replicate(
        self,
        follow: bool,
        stop: threading.Event,
        on_progress: Callable[[Progress], None],
        reads: Callable[[], None],
    ) -> None:
        """One attempt; calls `reads` when it has come to the log."""
        with self._catalog() as catalog:
            self._check_server(catalog)
            names = [
                name for name in self._config.tables if self._mappings.selects(self._config.schema, name)
            ]
            tables = live_tables(catalog, self._config.schema, names)
            checkpoint = None if self._forget else self._file.read()
            # a home that was moved keeps the slot that it has
            slot = PostgresSlot(catalog, checkpoint.slot if checkpoint else self._name)
            if checkpoint is not None:
                slot.require()
                slot.refuse_other_reader(even_ours=False)
            check_rights(catalog, tables.values(), slot.publications)
            checkpoint = self._prepare(catalog, slot, tables, checkpoint)
            self._forget = False
            self._load(catalog, tables, checkpoint, on_progress)
            self._follow(catalog, slot, checkpoint, follow, stop, on_progress, reads)

    def _check_server(self, catalog: psycopg2.extensions.connection) -> None:
        if (level := _value(catalog, "show wal_level")) != "logical":
            raise LandfallError(
                f"the source has wal_level={level}, which its changes cannot be read from: "
                "alter system set wal_level = logical, and restart it"
            )

    def _prepare(
        self,
        catalog: psycopg2.extensions.connection,
        slot: PostgresSlot,
        tables: dict[str, LiveTable],
        checkpoint: Checkpoint | None,
    ) -> Checkpoint:
        """Publication and slot, as the checkpoint knows them or made anew."""
        if checkpoint is not None:
            # a table that was dropped and made anew, or was not declared for a while, has changes that
            # nobody saw: it is loaded again
            seen = slot.published(self._config.schema)
            checkpoint.loaded = {name: at for name, at in checkpoint.loaded.items() if name in seen}
            self._file.write(checkpoint)
            slot.publish(tables.values())
            return checkpoint
        slot.refuse_other_reader(even_ours=True)
        # first of all: a checkpoint must never meet a slot that was made after it
        self._file.path.unlink(missing_ok=True)
        slot.drop()
        slot.publish(tables.values())
        # The slot waits for the transactions that are open now; with the start taken before it, what
        # commits later than the start is in the log, and what does not is in the load.
        self._started_at = clock(catalog)
        lsn = slot.create(self._task_settings.transaction_timeout_seconds)
        checkpoint = Checkpoint(slot=slot.name, lsn=lsn, counter=FIRST_COUNTER - 12)
        self._file.write(checkpoint)
        return checkpoint

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
        # of this attempt's slot, and of no later load
        started_at, self._started_at = self._started_at, None
        if started_at is None:
            started_at = clock(catalog)
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
                    prepare=self._task_settings.clear_folder_before_load,
                    lob_max_bytes=self._task_settings.lob_max_bytes,
                )
                checkpoint.loaded[table.name] = timestamp_text(started_at)
                self._file.write(checkpoint)
        self.progress.loading = None
        on_progress(self.progress)

    def _await_open_transactions(self, catalog: psycopg2.extensions.connection) -> None:
        """A transaction that took its commit time before the load's start must be visible to the
        load: wait, as DMS does, until all that are open now have ended, or for its timeout."""
        horizon = int(_value(catalog, "select pg_snapshot_xmax(pg_current_snapshot())::text"))
        deadline = time.monotonic() + self._task_settings.transaction_timeout_seconds
        while time.monotonic() < deadline:
            oldest = _value(catalog, "select pg_snapshot_xmin(pg_current_snapshot())::text")
            if int(oldest) >= horizon:
                return
            time.sleep(0.05)

    def _follow(
        self,
        catalog: psycopg2.extensions.connection,
        slot: PostgresSlot,
        checkpoint: Checkpoint,
        follow: bool,
        stop: threading.Event,
        on_progress: Callable[[Progress], None],
        reads: Callable[[], None],
    ) -> None:
        earlier = replace(self.progress)
        files = ChangeFiles(
            source=self._config.source,
            settings=self._settings,
            mappings=self._mappings,
            lake=self._lake,
            place=Place(checkpoint.lsn, checkpoint.counter),
            lob_max_bytes=self._task_settings.lob_max_bytes,
            last_file=checkpoint.last_file,
        )
        log = PostgresLog(
            self._dsn,
            slot=slot.name,
            publications=slot.publications,
            lsn=checkpoint.lsn,
            catalog=catalog,
            files=files,
        )
        reads()
        try:
            target = None if follow else self._end_of_log(catalog)
            while True:
                busy = log.read(_TICK_SECONDS)
                if files.close_due() or files.safe_place.lsn != checkpoint.lsn:
                    self._advance(checkpoint, files)
                log.confirm(checkpoint.lsn)
                self._report(catalog, files, log, earlier, on_progress)
                if stop.is_set() and target is None:
                    # what was committed before the stop still goes into the lake
                    target = self._end_of_log(catalog)
                if not busy:
                    if target is not None and log.read_until >= target:
                        break
                    log.wait(_TICK_SECONDS)
            files.close_all()
            self._advance(checkpoint, files)
            self._report(catalog, files, log, earlier, on_progress)
        except psycopg2.Error:
            # what was read so far is safe in the lake, however long the source stays away
            files.close_all()
            self._advance(checkpoint, files)
            self._count(files, earlier)
            raise
        finally:
            log.close()

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
        earlier: Progress,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._count(files, earlier)
        self.progress.lag_bytes = max(0, self._end_of_log(catalog) - log.read_until)
        on_progress(self.progress)

    def _count(self, files: ChangeFiles, earlier: Progress) -> None:
        self.progress.changes = earlier.changes + files.changes
        self.progress.files = earlier.files + files.files


def _value(connection: psycopg2.extensions.connection, query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    assert row is not None
    return row[0]
