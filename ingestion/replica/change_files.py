"""Collects changes and writes them into files of changes, one table a file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa

from ingestion.bronze.lake import Lake
from ingestion.bronze.layout import (
    change_file_name,
    change_sequence,
    date_folder,
    table_folder,
    timestamp_text,
)
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.bronze.writer import write_file
from ingestion.errors import LandfallError
from ingestion.live import LiveTable
from ingestion.replica.shape import RowSource, cut_lob, select_list

# $AR_H_CHANGE_SEQ of a new task begins at 61, rises by 12 from one transaction to the next and by 4
# within one, as measured on a real task.
FIRST_COUNTER = 61
_NEXT_TRANSACTION = 12
_NEXT_CHANGE = 4

# A file of narrow rows is written before it is large: until then its rows are in memory, at half a
# kilobyte each.
_MOST_ROWS = 250_000

_HEADERS = {
    "$AR_H_CHANGE_SEQ": "seq",
    "$AR_H_STREAM_POSITION": "stream_position",
    "$AR_H_TRANSACTION_ID": "transaction_id",
    "$AR_H_OPERATION": "case op when 'I' then 'INSERT' when 'U' then 'UPDATE' else 'DELETE' end",
}


@dataclass(frozen=True)
class Place:
    """A place between two transactions: the log's position and the counter of changes there, and,
    where the log's own times do not tell, a time that no later commit may seem to be before."""

    lsn: int
    counter: int = FIRST_COUNTER - _NEXT_TRANSACTION
    not_before: datetime | None = None


@dataclass(frozen=True)
class Transaction:
    """The transaction whose changes are coming in."""

    committed_at: datetime
    stream_position: str
    transaction_id: str


@dataclass
class _OpenFile:
    table: LiveTable
    folder: str
    before: Place  # all that this file holds came after
    opened_at: float
    rows: list[tuple[str | None, ...]] = field(default_factory=list)
    size: int = 0


class ChangeFiles:
    """The files of changes of one task, open until they are old or large enough.

    `safe_place` is how far the log may be forgotten: everything before it is durable in the lake.
    """

    def __init__(
        self,
        *,
        source: str,
        settings: S3Settings,
        mappings: TableMappings,
        lake: Lake,
        place: Place,
        lob_max_bytes: int,
        last_file: str = "",
    ) -> None:
        self.changes = 0
        self.files = 0
        self.last_file = last_file
        self._source = source
        self._settings = settings
        self._mappings = mappings
        self._lob_max_bytes = lob_max_bytes
        self._lake = lake
        self._place = place
        self._counter = place.counter
        self._transaction: Transaction | None = None
        self._open: dict[tuple[str, str], _OpenFile] = {}
        self._converter = duckdb.connect()

    @property
    def place(self) -> Place:
        """The place before which every transaction was handed on whole."""
        return self._place

    @property
    def safe_place(self) -> Place:
        """The place before the oldest change that is not in the lake yet."""
        open_places = (file.before for file in self._open.values())
        return min(open_places, key=lambda place: place.lsn, default=self._place)

    def begin(self, transaction: Transaction) -> None:
        """The changes that follow belong to `transaction`."""
        self._transaction = transaction

    def add(
        self,
        table: LiveTable,
        operation: str,
        values: Sequence[str | None],
        before: Sequence[str | None],
    ) -> None:
        """One change: the row's values in text form, and its old key if the key changed."""
        transaction = self._transaction
        assert transaction is not None
        if operation not in self._settings.cdc_operations:
            return
        first = self._counter == self._place.counter
        self._counter += _NEXT_TRANSACTION if first else _NEXT_CHANGE
        folder = table_folder(self._source, table.schema, table.name) + date_folder(
            transaction.committed_at, self._settings
        )
        file = self._open.get((table.sql, folder))
        if file is not None and file.table != table:
            # the layout changed: one file, one layout
            self._close(file)
            file = None
        if file is None:
            file = _OpenFile(table, folder, self._place, time.monotonic())
            self._open[(table.sql, folder)] = file
        file.rows.append(
            (
                operation,
                timestamp_text(transaction.committed_at),
                change_sequence(transaction.committed_at, self._counter),
                transaction.stream_position,
                transaction.transaction_id,
                *values,
                *before,
            )
        )
        file.size += sum(len(value) for value in values if value)
        self.changes += 1
        if file.size >= self._settings.min_file_bytes or len(file.rows) >= _MOST_ROWS:
            self._close(file)

    def commit(self, lsn: int, not_before: datetime | None = None) -> None:
        """The transaction is over; the log goes on at `lsn`."""
        self._place = Place(lsn, self._counter, not_before)
        self._transaction = None

    def idle_until(self, lsn: int, not_before: datetime | None = None) -> None:
        """The log up to `lsn` held nothing for this task."""
        if self._transaction is None and lsn > self._place.lsn:
            self._place = Place(lsn, self._counter, not_before)

    def close_due(self) -> bool:
        """Writes the files that have been open for the longest time allowed; True if any was."""
        oldest = time.monotonic() - self._settings.max_batch_seconds
        due = [file for file in self._open.values() if file.opened_at <= oldest]
        for file in due:
            self._close(file)
        return bool(due)

    def close_all(self) -> None:
        """Writes every open file."""
        for file in list(self._open.values()):
            self._close(file)

    def _close(self, file: _OpenFile) -> None:
        name = self._next_name()
        draft = self._lake.scratch / f"{file.table.schema}.{file.table.name}.{name}"
        self._converter.register("changes", _as_arrow(file))
        keys = {column: at for at, column in enumerate(_key_columns(file.table))}
        positions = {column.name: at for at, column in enumerate(file.table.columns)}
        columns = select_list(
            file.table,
            self._settings,
            self._mappings,
            RowSource(
                operation="op" if self._settings.op_in_changes else None,
                timestamp="committed_at",
                column=lambda column: cut_lob(
                    column,
                    _cast(column.rule.log, f"c{positions[column.name]}", column.rule.bronze),
                    self._lob_max_bytes,
                ),
                header=lambda expression: _HEADERS[expression],
                before=lambda column: _cast(column.rule.log, f"b{keys[column.name]}", column.rule.bronze),
            ),
        )
        try:
            write_file(self._converter, f"select {columns} from changes", draft, self._settings)
        except (duckdb.Error, OSError) as error:
            draft.unlink(missing_ok=True)
            reason = str(error).strip().splitlines()[0]
            raise LandfallError(
                f"changes of {file.table.schema}.{file.table.name} could not be written to {draft}: {reason}"
                "; mend that and run it again: nothing that had landed is lost"
            ) from None
        self._converter.unregister("changes")
        self._lake.publish(draft, file.folder + name)
        del self._open[(file.table.sql, file.folder)]
        self.files += 1

    def _next_name(self) -> str:
        """The present moment; later than any name before, also when the clock steps back."""
        now = datetime.now(self._settings.zone)
        name = change_file_name(now, self._settings)
        if name <= self.last_file:
            last = datetime.strptime(self.last_file[:18] + "000", "%Y%m%d-%H%M%S%f")
            name = change_file_name(last + timedelta(milliseconds=1), self._settings)
        self.last_file = name
        return name


def _key_columns(table: LiveTable) -> list[str]:
    return [column.name for column in table.columns if column.name in table.primary_key]


def _as_arrow(file: _OpenFile) -> pa.Table:
    names = ["op", "committed_at", "seq", "stream_position", "transaction_id"]
    names += [f"c{at}" for at in range(len(file.table.columns))]
    names += [f"b{at}" for at in range(len(_key_columns(file.table)))]
    columns = zip(*file.rows, strict=True)
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}
    )


def _cast(template: str, column: str, bronze_type: str) -> str:
    return f"({template.format(column)})::{bronze_type}"
