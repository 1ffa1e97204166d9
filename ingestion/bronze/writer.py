"""Writes one bronze file from a query, in DMS's Parquet or DMS's CSV."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import duckdb
import pyarrow as pa

from ingestion.bronze.settings import S3Settings

# DMS's own row groups hold 10,000 rows; ten times that reads faster and changes nothing else.
ROW_GROUP_ROWS = 100_000
CSV_BATCH_ROWS = 10_000


def write_file(connection: duckdb.DuckDBPyConnection, query: str, path: Path, settings: S3Settings) -> int:
    """Writes the rows of `query` to `path` and returns their number. Memory does not grow with them."""
    if settings.data_format == "csv":
        return _write_csv(connection, query, path, settings)
    codec = "gzip" if settings.compression == "gzip" else "uncompressed"
    written = connection.execute(
        f"copy ({query}) to '{path}' (format parquet, compression {codec}, row_group_size {ROW_GROUP_ROWS})"
    ).fetchone()
    return int(written[0]) if written else 0


def _write_csv(connection: duckdb.DuckDBPyConnection, query: str, path: Path, settings: S3Settings) -> int:
    reader = connection.execute(query).to_arrow_reader(CSV_BATCH_ROWS)
    formats = [_csv_format(field.type) for field in reader.schema]
    rows = 0
    with contextlib.ExitStack() as stack:
        raw: IO[bytes] = stack.enter_context(path.open("wb"))
        if settings.compression == "gzip":
            raw = stack.enter_context(cast(IO[bytes], gzip.GzipFile(fileobj=raw, mode="wb", mtime=0)))
        text = stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8", newline=""))
        # quotes only where a comma, a quote or a newline asks for them, as RFC 4180 and DMS do
        writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
        if settings.add_column_names:
            writer.writerow(reader.schema.names)
        for batch in reader:
            columns = [
                [settings.csv_null if value is None else form(value) for value in column.to_pylist()]
                for column, form in zip(batch.columns, formats, strict=True)
            ]
            writer.writerows(zip(*columns, strict=True))
            rows += batch.num_rows
    return rows


def _csv_format(arrow_type: pa.DataType) -> Callable[[Any], str]:
    if pa.types.is_floating(arrow_type):
        # +3.23800011e+01 for a float4; a float8 needs all its 17 digits to come back unchanged
        digits = 8 if pa.types.is_float32(arrow_type) else 16
        return lambda value: f"{value:+.{digits}e}"
    if pa.types.is_timestamp(arrow_type):
        return lambda value: datetime.strftime(value, "%Y-%m-%d %H:%M:%S.%f")
    if pa.types.is_binary(arrow_type) or pa.types.is_large_binary(arrow_type):
        return lambda value: bytes(value).hex()
    if pa.types.is_decimal(arrow_type):
        return lambda value: f"{value:f}"
    return str
