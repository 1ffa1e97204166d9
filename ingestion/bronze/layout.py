"""Names in bronze, as DMS gives them (facts: `dms` in the README's list of documents)."""

from __future__ import annotations

from datetime import UTC, datetime

from ingestion.bronze.settings import S3Settings

OP_COLUMN = "Op"


def table_folder(source: str, schema: str, table: str) -> str:
    """The folder of a table, below bronze/, with the slash at its end."""
    return f"{source}/{schema}/{table}/"


def load_file_name(number: int, settings: S3Settings) -> str:
    """Name of the n-th file of a full load: LOAD and eight hexadecimal digits."""
    return f"LOAD{number:08X}{_suffix(settings)}"


def change_file_name(closed_at: datetime, settings: S3Settings) -> str:
    """Name of a file of changes: the moment when it was closed, to the millisecond, in the time zone
    that the moment is given in."""
    return f"{closed_at:%Y%m%d-%H%M%S}{closed_at.microsecond // 1000:03d}{_suffix(settings)}"


def date_folder(committed_at: datetime, settings: S3Settings) -> str:
    """Folder of the commit date, with the slash at its end; empty when DMS is not told to make any."""
    if not settings.date_partition:
        return ""
    return committed_at.astimezone(settings.zone).strftime(settings.date_folder_format()) + "/"


def timestamp_text(moment: datetime) -> str:
    """A time as the timestamp column holds it: UTC, microseconds, no zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def change_sequence(committed_at: datetime, counter: int) -> str:
    """The 35 digits of $AR_H_CHANGE_SEQ: commit time to the hundredth, then a counter of 19 digits."""
    moment = committed_at.astimezone(UTC)
    return f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 10000:02d}{counter:019d}"


def _suffix(settings: S3Settings) -> str:
    if settings.data_format == "parquet":
        return ".parquet"
    return ".csv.gz" if settings.compression == "gzip" else ".csv"
