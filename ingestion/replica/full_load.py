"""Full load: one table, read once, into LOAD files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.bronze.lake import Lake
from ingestion.bronze.layout import load_file_name, table_folder, timestamp_text
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.bronze.writer import write_files
from ingestion.errors import LandfallError, SourceAway
from ingestion.live import LiveTable, Reader, Rows
from ingestion.replica.shape import RowSource, cut_lob, select_list
from ingestion.sql import sql_text


def load_table(
    reader: Reader,
    table: LiveTable,
    *,
    source: str,
    started_at: datetime,
    settings: S3Settings,
    mappings: TableMappings,
    lake: Lake,
    prepare: bool,
    lob_max_bytes: int,
) -> int:
    """Writes the table's rows below `source` in the lake and returns their number.

    `started_at` is the start of the task by the
    source's clock. `prepare` clears the table's folder first; LOBs are cut at `lob_max_bytes`. An empty
    table leaves no file, as with DMS. Files appear only when all of them are whole.
    """
    folder = table_folder(source, table.schema, table.name)
    if prepare:
        for key in list(lake.keys(folder)):
            lake.remove(key)
    drafts: list[Path] = []

    def draft(number: int) -> Path:
        name = f"{table.schema}.{table.name}.{load_file_name(number, settings)}"
        drafts.append(lake.scratch / name)
        return drafts[-1]

    try:
        with reader.rows(table) as read:
            query = _query(table, read, started_at, settings, mappings, lob_max_bytes)
            rows = write_files(reader.connection, query, draft, settings, settings.max_load_file_bytes)
    except (duckdb.Error, OSError, LandfallError) as error:
        for path in drafts:
            path.unlink(missing_ok=True)
        if isinstance(error, SourceAway):
            raise
        reason = str(error).strip().splitlines()[0]
        raise LandfallError(
            f"full load of {table.schema}.{table.name} failed: {reason}; mend that and run it again: "
            "the table is loaded from its beginning"
        ) from None
    for number, path in enumerate(drafts, 1):
        if rows:
            lake.publish(path, folder + load_file_name(number, settings))
        else:
            path.unlink()
    return rows


def _query(
    table: LiveTable,
    read: Rows,
    started_at: datetime,
    settings: S3Settings,
    mappings: TableMappings,
    lob_max_bytes: int,
) -> str:
    transferred_at = "strftime(now()::timestamp, '%Y-%m-%d %H:%M:%S.%f')"
    columns = select_list(
        table,
        settings,
        mappings,
        RowSource(
            operation="'I'" if settings.include_op_for_full_load else None,
            timestamp=sql_text(timestamp_text(started_at))
            if settings.task_start_as_timestamp
            else transferred_at,
            column=lambda column: cut_lob(column, read.value(column), lob_max_bytes),
            # a load has no place in the log
            header=lambda expression: "'INSERT'" if expression == "$AR_H_OPERATION" else "null::varchar",
            before=lambda column: f"null::{column.rule.bronze}",
        ),
    )
    return f"select {columns} from {read.relation}"
