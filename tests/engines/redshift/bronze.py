"""Models Spectrum's external schemas: bronze as the tables that `landfall catalog` puts into Glue."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import psycopg2

from ingestion.bronze.layout import table_folder
from ingestion.catalog.tables import UNSIGNED
from ingestion.home import REPOSITORY
from ingestion.registry import Column, Source, Table, load_registry
from tests.engines.redshift.stand_in import StandIn

# How Spectrum shows the catalog's types. A timestamp is in the catalog as the number in the file.
_TYPES = {
    "varchar": "varchar(65535)",
    "timestamp": "bigint",
    "double": "double precision",
    "varbinary": "bytea",
}
_FILE_COLUMNS = (
    "source_name varchar(65535), schema_name varchar(65535), table_name varchar(65535), "
    "source_file varchar(65535), size_bytes bigint, modified_at varchar(65535), is_full_load boolean"
)


def mount_bronze(warehouse: StandIn, lake: str, project_dir: Path) -> None:
    """Makes the external schemas of a project's registry anew, with what is in the lake at this moment."""
    reader = _reader(lake)
    for source in load_registry(project_dir).values():
        warehouse.execute(
            f'drop schema if exists "{source.database}" cascade', f'create schema "{source.database}"'
        )
        files = f'"{source.database}".landfall_files'
        warehouse.execute(f"create table {files} ({_FILE_COLUMNS})")
        if reader.execute(_globbed(f"{lake}/bronze/{source.name}/")).fetchone():
            _load(warehouse, files, reader, _listing(lake, source))
        for table in source.tables:
            _mount(warehouse, reader, lake, source, table)
    reader.close()


def _reader(lake: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB that reads the lake, which may be in the S3 of the environment."""
    reader = duckdb.connect()
    if lake.startswith("s3://"):
        reader.execute(
            f"set extension_directory = '{REPOSITORY / '.venv' / 'duckdb_extensions'}'; load httpfs"
        )
        reader.execute(
            f"create secret (type s3, key_id '{os.environ['AWS_ACCESS_KEY_ID']}', "
            f"secret '{os.environ['AWS_SECRET_ACCESS_KEY']}', region '{os.environ['AWS_REGION']}', "
            f"endpoint '{os.environ['LANDFALL_S3_ENDPOINT']}', url_style 'path', use_ssl false)"
        )
    return reader


def _globbed(folder: str) -> str:
    return f"select file from glob('{folder}**') where file like '%.parquet' order by file"


def _listing(lake: str, source: Source) -> str:
    prefix = f"{lake}/bronze/"
    return (
        "select split_part(file, '/', 1), split_part(file, '/', 2), split_part(file, '/', 3), file, size, "
        "strftime(cast(last_modified as timestamp), '%Y-%m-%d %H:%M:%S.%f'), "
        "split_part(file, '/', -1) like '%LOAD%' "
        f"from (select substr(filename, {len(prefix) + 1}) as file, size, last_modified "
        f"from read_blob('{prefix}{source.name}/*/*/**')) where file like '%.parquet'"
    )


def _mount(
    warehouse: StandIn, reader: duckdb.DuckDBPyConnection, lake: str, source: Source, table: Table
) -> None:
    columns = _bronze_columns(table)
    types = ", ".join(f'"{c.name.lower()}" {_type(source, c)}' for c in columns)
    name = f'"{source.database}"."{table.name}"'
    warehouse.execute(f'create table {name} ({types}, "$path" varchar(65535))')
    folder = f"{lake}/bronze/{table_folder(source.name, source.schema, table.name)}"
    files = [file for (file,) in reader.execute(_globbed(folder)).fetchall()]
    if files:
        _load(warehouse, name, reader, _rows(reader, files, columns))


def _type(source: Source, column: Column) -> str:
    unsigned = source.engine == "mysql" and column.data_type == UNSIGNED
    return "bigint" if unsigned else _TYPES.get(column.data_type, column.data_type)


def _bronze_columns(table: Table) -> list[Column]:
    """The columns that DMS writes, in its order."""
    keys = [column for column in table.columns if column.name in table.primary_key]
    return [
        Column("Op", "varchar"),
        Column("_dms_timestamp", "varchar"),
        *table.columns,
        Column("_dms_change_seq", "varchar"),
        *(Column(f"before_{column.name}", column.data_type) for column in keys),
    ]


def _rows(reader: duckdb.DuckDBPyConnection, files: Sequence[str], columns: Sequence[Column]) -> str:
    """The rows of the files, in the order of the columns; null where no file has a column yet."""
    paths = ", ".join(f"'{path}'" for path in files)
    rows = f"read_parquet([{paths}], union_by_name = true, filename = '$path')"
    there = {str(name).lower() for (name, *_) in reader.execute(f"describe from {rows}").fetchall()}
    values = (_value(column) if column.name.lower() in there else "null" for column in columns)
    return f'select {", ".join(values)}, "$path" from {rows}'


def _value(column: Column) -> str:
    if column.data_type == "timestamp":
        return f'epoch_us("{column.name}")'
    if column.data_type == "varbinary":
        return f"'\\x' || lower(hex(\"{column.name}\"))"
    return f'"{column.name}"'


def _load(warehouse: StandIn, table: str, reader: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Takes rows from DuckDB to the stand-in, as CSV, which both read and write alike."""
    connection = psycopg2.connect(warehouse.dsn)
    try:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "rows.csv"
            reader.execute(f"copy ({rows}) to '{file}' (format csv, header false)")
            with connection, connection.cursor() as cursor, file.open(encoding="utf-8", newline="") as text:
                cursor.copy_expert(f"copy {table} from stdin (format csv)", text)
    finally:
        connection.close()
