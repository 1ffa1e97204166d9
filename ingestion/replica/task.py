"""One replication task: full load of what is not loaded yet, then the changes since."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.bronze.lake import Lake
from ingestion.bronze.layout import timestamp_text
from ingestion.bronze.settings import S3Settings, TableMappings, TaskSettings
from ingestion.errors import CannotConnect, SourceAway
from ingestion.replica.change_files import ChangeFiles
from ingestion.replica.checkpoint import Checkpoint, CheckpointFile
from ingestion.replica.full_load import load_table
from ingestion.replica.mysql_source import mysql_source
from ingestion.replica.postgres_source import postgres_source
from ingestion.replica.reconnect import Patience, keep_reading
from ingestion.replica.source import ChangeLog, SourceSession, Tables

Json = dict[str, Any]

# Given a connection string, and a name that is the task's own at the source.
_Session = Callable[[str, str], AbstractContextManager[SourceSession]]
# By the registry's word for the engine.
_SOURCES: dict[str, _Session] = {"postgres": postgres_source, "mysql": mysql_source}

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
    engine: str = "postgres"


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
        """Removes what the task left at the source: an abandoned slot makes PostgreSQL keep its log."""
        with self._file.lock():
            checkpoint = self._file.read()
            with self._session() as source:
                source.drop(checkpoint)
            self._file.path.unlink(missing_ok=True)

    @contextmanager
    def _session(self) -> Iterator[SourceSession]:
        """A session at the source; what goes wrong there is told in one line."""
        try:
            with _SOURCES[self._config.engine](self._dsn, self._name) as source:
                yield source
        except CannotConnect:
            raise
        except SourceAway as error:
            raise SourceAway(f"task '{self._config.source}': {error}") from None

    def _replicate(
        self,
        follow: bool,
        stop: threading.Event,
        on_progress: Callable[[Progress], None],
        reads: Callable[[], None],
    ) -> None:
        """One attempt; calls `reads` whenever it has read the log."""
        with self._session() as source:
            names = [
                name for name in self._config.tables if self._mappings.selects(self._config.schema, name)
            ]
            tables = source.tables(self._config.schema, names)
            checkpoint = None if self._forget else self._file.read()
            source.check(tables, checkpoint)
            checkpoint = self._prepare(source, tables, checkpoint)
            self._forget = False
            self._load(source, tables, checkpoint, on_progress)
            self._follow(source, tables, checkpoint, follow, stop, on_progress, reads)

    def _prepare(self, source: SourceSession, tables: Tables, checkpoint: Checkpoint | None) -> Checkpoint:
        """Where the changes begin, as the checkpoint knows it or made anew."""
        if checkpoint is not None:
            source.forget_unseen(tables, self._config.schema, checkpoint)
            self._file.write(checkpoint)
            source.follow(tables, checkpoint)
            return checkpoint
        # first of all: a checkpoint must never meet a log that was begun after it
        self._file.path.unlink(missing_ok=True)
        checkpoint, self._started_at = source.begin(tables, self._task_settings.transaction_timeout_seconds)
        self._file.write(checkpoint)
        return checkpoint

    def _load(
        self,
        source: SourceSession,
        tables: Tables,
        checkpoint: Checkpoint,
        on_progress: Callable[[Progress], None],
    ) -> None:
        waiting = [table for name, table in tables.items() if name not in checkpoint.loaded]
        if not waiting:
            return
        # of this attempt's beginning, and of no later load
        started_at, self._started_at = self._started_at, None
        if started_at is None:
            started_at = source.load_start(checkpoint, self._task_settings.transaction_timeout_seconds)
            self._file.write(checkpoint)
        with source.reader() as reader:
            for table in waiting:
                self.progress.loading = table.name
                on_progress(self.progress)
                self.progress.loaded_rows[table.name] = load_table(
                    reader,
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

    def _follow(
        self,
        source: SourceSession,
        tables: Tables,
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
            place=checkpoint.place,
            lob_max_bytes=self._task_settings.lob_max_bytes,
            last_file=checkpoint.last_file,
        )
        away: tuple[type[Exception], ...] = (*source.driver_errors, SourceAway)
        log = source.log(tables, self._config.schema, checkpoint, files)
        try:
            target = None if follow else source.end_of_log()
            while True:
                busy = log.read(_TICK_SECONDS, target)
                reads()
                if files.close_due() or files.safe_place.lsn != checkpoint.lsn:
                    self._advance(checkpoint, files)
                log.confirm(checkpoint.lsn)
                self._report(source, files, log, earlier, on_progress)
                if stop.is_set() and target is None:
                    # what was committed before the stop still goes into the lake
                    target = source.end_of_log()
                if target is not None and files.place.lsn >= target:
                    break
                if not busy:
                    log.wait(_TICK_SECONDS)
            files.close_all()
            self._advance(checkpoint, files)
            self._report(source, files, log, earlier, on_progress)
        except away:
            # what was read so far is safe in the lake, however long the source stays away
            files.close_all()
            self._advance(checkpoint, files)
            self._count(files, earlier)
            raise
        finally:
            log.close()

    def _advance(self, checkpoint: Checkpoint, files: ChangeFiles) -> None:
        checkpoint.advance(files.safe_place, files.last_file)
        self._file.write(checkpoint)

    def _report(
        self,
        source: SourceSession,
        files: ChangeFiles,
        log: ChangeLog,
        earlier: Progress,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._count(files, earlier)
        self.progress.lag_bytes = log.behind(source.end_of_log())
        on_progress(self.progress)

    def _count(self, files: ChangeFiles, earlier: Progress) -> None:
        self.progress.changes = earlier.changes + files.changes
        self.progress.files = earlier.files + files.files
