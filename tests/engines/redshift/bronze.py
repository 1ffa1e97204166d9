"""Models Spectrum's external schemas: bronze as the tables that `landfall catalog` puts into Glue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import psycopg2
import yaml

from ingestion.bronze.layout import table_folder
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
    root = Path(lake)
    for source in load_registry(project_dir).values():
        schema = _catalog_database(source)
        warehouse.execute(f'drop schema if exists "{schema}" cascade', f'create schema "{schema}"')
        files = f'"{schema}".landfall_files'
        warehouse.execute(f"create table {files} ({_FILE_COLUMNS})")
        if any((root / "bronze" / source.name).rglob("*.parquet")):
            _load(warehouse, files, _listing(root, source), root)
        for table in source.tables:
            _mount(warehouse, root, source, schema, table)


def _catalog_database(source: Source) -> str:
    for declared in yaml.safe_load(source.path.read_text("utf-8"))["sources"]:
        if declared["name"] == source.name:
            return str(declared["schema"])
    raise LookupError(source.name)


def _listing(root: Path, source: Source) -> str:
    prefix = f"{root}/bronze/"
    return (
        "select split_part(file, '/', 1), split_part(file, '/', 2), split_part(file, '/', 3), file, size, "
        "strftime(cast(last_modified as timestamp), '%Y-%m-%d %H:%M:%S.%f'), "
        "split_part(file, '/', -1) like '%LOAD%' "
        f"from (select substr(filename, {len(prefix) + 1}) as file, size, last_modified "
        f"from read_blob('{prefix}{source.name}/*/*/**')) where file like '%.parquet'"
    )


def _mount(warehouse: StandIn, root: Path, source: Source, schema: str, table: Table) -> None:
    columns = _bronze_columns(table)
    types = ", ".join(f'"{c.name.lower()}" {_TYPES.get(c.data_type, c.data_type)}' for c in columns)
    name = f'"{schema}"."{table.name}"'
    warehouse.execute(f'create table {name} ({types}, "$path" varchar(65535))')
    folder = root / "bronze" / table_folder(source.name, source.schema, table.name)
    files = sorted(folder.rglob("*.parquet"))
    if files:
        _load(warehouse, name, _rows(files, columns), root)


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


def _rows(files: Sequence[Path], columns: Sequence[Column]) -> str:
    """The rows of the files, in the order of the columns; null where no file has a column yet."""
    paths = ", ".join(f"'{path}'" for path in files)
    rows = f"read_parquet([{paths}], union_by_name = true, filename = '$path')"
    there = {str(name).lower() for (name, *_) in duckdb.execute(f"describe from {rows}").fetchall()}
    values = (_value(column) if column.name.lower() in there else "null" for column in columns)
    return f'select {", ".join(values)}, "$path" from {rows}'


def _value(column: Column) -> str:
    if column.data_type == "timestamp":
        return f'epoch_us("{column.name}")'
    if column.data_type == "varbinary":
        return f"'\\x' || lower(hex(\"{column.name}\"))"
    return f'"{column.name}"'


def _load(warehouse: StandIn, table: str, rows: str, scratch: Path) -> None:
    """Takes rows from DuckDB to the stand-in, as CSV, which both read and write alike."""
    file = scratch.parent / "mounted.csv"
    duckdb.execute(f"copy ({rows}) to '{file}' (format csv, header false)")
    connection = psycopg2.connect(warehouse.dsn)
    try:
        with connection, connection.cursor() as cursor, file.open(encoding="utf-8", newline="") as text:
            cursor.copy_expert(f"copy {table} from stdin (format csv)", text)
    finally:
        connection.close()
        file.unlink()
