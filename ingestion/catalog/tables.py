"""Glue tables over bronze, derived from the registry.

A source table has two: one of its name over its whole folder, LOAD files included, and one by day over
the same change files, so that a query that names the commit days lists only their folders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ingestion.bronze.layout import OP_COLUMN, table_folder
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.errors import LandfallError
from ingestion.registry import Source, Table

Json = dict[str, Any]

BY_DAY = "__by_day"
DAY_COLUMN = "commit_day"
FILES_TABLE = "landfall_files"
_EPOCH = datetime(1970, 1, 1)

_PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}
# The registry's type of an unsigned bigint.
UNSIGNED = "decimal(20,0)"
_TYPES = {
    "varchar": "string",
    "smallint": "smallint",
    "integer": "int",
    "bigint": "bigint",
    "real": "float",
    "double": "double",
    "date": "date",
    # As the number that is in the file, microseconds since 1970: as a timestamp Athena would cut it to
    # milliseconds, and silver would not equal the source.
    "timestamp": "bigint",
    "boolean": "boolean",
    "varbinary": "binary",
}
_FILE_COLUMNS = {
    "source_name": "string",
    "schema_name": "string",
    "table_name": "string",
    "source_file": "string",
    "size_bytes": "bigint",
    "modified_at": "string",
    "is_full_load": "boolean",
}


def glue_tables(
    source: Source, lake: str, settings: S3Settings, mappings: TableMappings, keys: Iterable[str]
) -> Iterator[Json]:
    """The TableInput of every table of a source's Glue database; `lake` is s3://bucket/prefix, `keys` are the
    files there, below bronze/."""
    if settings.data_format != "parquet":
        raise LandfallError(
            f"S3Settings: DataFormat is '{settings.data_format}', but a catalog table needs parquet "
            "(text with line breaks in a field cannot be read there)"
        )
    folders = tuple(table_folder(source.name, source.schema, table.name) for table in source.tables)
    days = set(_commit_days((key for key in keys if key.startswith(folders)), settings))
    for table, place in zip(source.tables, folders, strict=True):
        folder = f"{lake}/bronze/{place}"
        columns = [(name, _glue_type(kind, source)) for name, kind in _columns(table, settings, mappings)]
        yield _table_input(table.name, folder, columns)
        if settings.date_partition:
            yield _table_input(table.name + BY_DAY, folder, columns) | _by_day(folder, settings, days)
    yield _table_input(FILES_TABLE, files_folder(source, lake), list(_FILE_COLUMNS.items()))


def files_folder(source: Source, lake: str) -> str:
    """Where the list of a source's bronze files lies, which Athena reads instead of listing them."""
    return f"{lake}/catalog/{source.name}/files/"


def _columns(table: Table, settings: S3Settings, mappings: TableMappings) -> Iterator[tuple[str, str]]:
    """The columns of a bronze file, as DMS orders them."""
    yield OP_COLUMN.lower(), "varchar"
    yield settings.timestamp_column, "varchar"
    for column in table.columns:
        yield column.name.lower(), column.data_type
    for name, _ in mappings.added_columns:
        yield name, "varchar"
    for column in table.columns:
        if mappings.before_image_prefix is not None and column.name in table.primary_key:
            yield f"{mappings.before_image_prefix}{column.name}".lower(), column.data_type


def _glue_type(data_type: str, source: Source) -> str:
    if data_type == UNSIGNED and source.engine == "mysql":
        # What DMS makes of unsigned bigint, whose bits an engine of the catalog reads as signed ones: silver
        # adds 2^64 to what is negative then.
        return "bigint"
    if data_type.startswith("decimal("):
        return data_type
    if data_type not in _TYPES:
        raise LandfallError(f"the registry's type '{data_type}' has no counterpart in a catalog table")
    return _TYPES[data_type]


def _table_input(name: str, folder: str, columns: list[tuple[str, str]]) -> Json:
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": kind} for column, kind in columns],
            "Location": folder,
            **_PARQUET,
        },
    }


def _commit_days(keys: Iterable[str], settings: S3Settings) -> Iterator[datetime]:
    """The days whose folders change files lie in."""
    for key in keys if settings.date_partition else ():
        *above, name = key.split("/")
        folder = "/".join(above[3:])
        if not folder or "LOAD" in name:
            continue
        try:
            yield datetime.strptime(folder, settings.date_folder_format())
        except ValueError:
            raise LandfallError(
                f"bronze/{key}: '{folder}' is no folder of a commit day as S3Settings write it "
                f"({settings.date_sequence}, {settings.date_delimiter}), so no query would find the file: "
                "reload the source with one setting of both"
            ) from None


def _by_day(folder: str, settings: S3Settings, days: Collection[datetime]) -> Json:
    """Partitions that are worked out, not stored."""
    posix_pattern = pattern = settings.date_folder_format()
    # The days that are there and few more: the engine works out each of them whenever a plan mentions the
    # table. A month more, because the two ends must differ whatever the unit.
    first, last = min(days, default=_EPOCH), max(days, default=_EPOCH) + timedelta(days=31)
    for posix, java in (("%Y", "yyyy"), ("%m", "MM"), ("%d", "dd"), ("%H", "HH")):
        pattern = pattern.replace(posix, java)
    unit = "HOURS" if "HH" in pattern else "DAYS" if "dd" in pattern else "MONTHS"
    return {
        "PartitionKeys": [{"Name": DAY_COLUMN, "Type": "string", "Comment": "Folder of the commit date"}],
        "Parameters": {
            "EXTERNAL": "TRUE",
            "classification": "parquet",
            "projection.enabled": "true",
            f"projection.{DAY_COLUMN}.type": "date",
            f"projection.{DAY_COLUMN}.format": pattern,
            f"projection.{DAY_COLUMN}.range": f"{first:{posix_pattern}},{last:{posix_pattern}}",
            f"projection.{DAY_COLUMN}.interval": "1",
            f"projection.{DAY_COLUMN}.interval.unit": unit,
            "storage.location.template": f"{folder}${{{DAY_COLUMN}}}",
        },
    }
