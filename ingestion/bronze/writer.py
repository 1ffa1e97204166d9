"""Writes one bronze file from a query, in DMS's Parquet or DMS's CSV."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
from collections.abc import Callable, Iterable, Sequence
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
    return write_files(connection, query, lambda number: path, settings, None)


def write_files(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    path: Callable[[int], Path],
    settings: S3Settings,
    max_bytes: int | None,
) -> int:
    """Like write_file, but begins another file, `path(2)` and so on, before one is larger than
    `max_bytes` uncompressed: CSV only, as DMS says of its MaxFileSize."""
    if settings.data_format == "csv":
        return _write_csv(connection, query, path, settings, max_bytes)
    codec = "gzip" if settings.compression == "gzip" else "uncompressed"
    written = connection.execute(
        f"copy ({query}) to '{path(1)}' "
        f"(format parquet, compression {codec}, row_group_size {ROW_GROUP_ROWS})"
    ).fetchone()
    return int(written[0]) if written else 0


def _write_csv(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    path: Callable[[int], Path],
    settings: S3Settings,
    max_bytes: int | None,
) -> int:
    reader = connection.execute(query).to_arrow_reader(CSV_BATCH_ROWS)
    formats = [_csv_format(field.type) for field in reader.schema]
    header = _csv_text([reader.schema.names]) if settings.add_column_names else b""
    count = rows = 0
    with contextlib.ExitStack() as files:
        file, size = _open(path(1), settings, files), len(header)
        file.write(header)
        number = 1
        for batch in reader:
            columns = [
                [settings.csv_null if value is None else form(value) for value in column.to_pylist()]
                for column, form in zip(batch.columns, formats, strict=True)
            ]
            lines = list(zip(*columns, strict=True))
            text = _csv_text(lines)
            fits = max_bytes is None or size + len(text) <= max_bytes
            for part in [text] if fits else (_csv_text([line]) for line in lines):
                if max_bytes is not None and size + len(part) > max_bytes and rows:
                    files.pop_all().close()
                    number += 1
                    file, size, rows = _open(path(number), settings, files), len(header), 0
                    file.write(header)
                file.write(part)
                size += len(part)
                rows += 1
            count += batch.num_rows
    return count


def _open(path: Path, settings: S3Settings, files: contextlib.ExitStack) -> IO[bytes]:
    raw: IO[bytes] = files.enter_context(path.open("wb"))
    if settings.compression == "gzip":
        return files.enter_context(cast(IO[bytes], gzip.GzipFile(fileobj=raw, mode="wb", mtime=0)))
    return raw


def _csv_text(rows: Iterable[Sequence[str]]) -> bytes:
    """Lines with quotes only where a comma, a quote or a newline asks for them, as RFC 4180 and DMS do."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _csv_format(arrow_type: pa.DataType) -> Callable[[Any], str]:
    if pa.types.is_floating(arrow_type):
        # +3.23800011e+01 for a float4; a float8 needs all its 17 digits to come back unchanged
        digits = 8 if pa.types.is_float32(arrow_type) else 16
        return lambda value: f"{value:+.{digits}e}"
    if pa.types.is_timestamp(arrow_type):
        return lambda value: datetime.strftime(value, "%Y-%m-%d %H:%M:%S.%f")
    if pa.types.is_binary(arrow_type) or pa.types.is_large_binary(arrow_type):
        return lambda value: bytes(value).hex()
    if pa.types.is_boolean(arrow_type):
        return lambda value: "true" if value else "false"
    if pa.types.is_decimal(arrow_type):
        return lambda value: f"{value:f}"
    return str
