"""Reads whole tables of MySQL, without holding them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import connectorx
import duckdb
import pyarrow as pa

from ingestion.errors import LandfallError
from ingestion.live import LiveColumn, LiveTable, Rows
from ingestion.mysql.connection import SESSION, Dsn, connect, sql_name
from ingestion.mysql.types import type_rule
from ingestion.sql import sql_name as duckdb_name

# Measured: with batches of this size, a few of them ahead, a load takes little longer than the server
# needs to send the rows. One reader; a second one would only take the server's core.
_BATCH_ROWS = 20_000
_BATCHES_AHEAD = 4


class MysqlReader:
    """Brings rows to `connection`, which is DuckDB's."""

    def __init__(self, dsn: str, connection: duckdb.DuckDBPyConnection) -> None:
        self._dsn = dsn
        self.connection = connection

    @contextmanager
    def rows(self, table: LiveTable, columns: Sequence[LiveColumn] | None = None) -> Iterator[Rows]:
        """In the form that each column's rule expects."""
        values = ", ".join(
            f"{type_rule(column.type).load.format(sql_name(column.name))} as {sql_name(column.name)}"
            for column in columns or table.columns
        )
        with reading(self._dsn, f"select {values} from {table.sql}") as batches:
            self.connection.register("loaded", batches)
            try:
                yield Rows("loaded", _value)
            finally:
                self.connection.unregister("loaded")


def _value(column: LiveColumn) -> str:
    value = type_rule(column.type).loaded.format(duckdb_name(column.name))
    return f"({value})::{column.rule.bronze}"


@contextmanager
def reading(dsn: str, query: str) -> Iterator[pa.RecordBatchReader]:
    """The rows, as they come. What goes wrong at the source is raised when the block ends."""
    ahead: queue.Queue[pa.RecordBatch | None] = queue.Queue(_BATCHES_AHEAD)
    trouble: list[BaseException] = []
    done = threading.Event()
    # asked first: connectorx would try for half a minute, and tell of each attempt on standard error
    connect(dsn).close()
    try:
        source = connectorx.read_sql(
            Dsn.parse(dsn).url,
            query,
            return_type="arrow_stream",
            batch_size=_BATCH_ROWS,
            pre_execution_query=list(SESSION),
        )
    except BaseException as error:
        raise _told(error) from None

    def fetch() -> None:
        try:
            for batch in source:
                _put(ahead, batch, done)
        except BaseException as error:
            trouble.append(error)
        _put(ahead, None, done)

    def batches() -> Iterator[pa.RecordBatch]:
        while (batch := ahead.get()) is not None:
            yield batch

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    try:
        yield pa.RecordBatchReader.from_batches(source.schema, batches())
    finally:
        done.set()
        thread.join(60)
        if trouble:
            raise _told(trouble[0]) from None


def _put(ahead: queue.Queue[Any], batch: pa.RecordBatch | None, done: threading.Event) -> None:
    while not done.is_set():
        try:
            ahead.put(batch, timeout=0.2)
            return
        except queue.Full:
            continue


def _told(error: BaseException) -> BaseException:
    """The server's words. connectorx panics with an exception of its own that is no Exception."""
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return error
    return LandfallError(f"MySQL says: {' '.join(str(error).split())}")
