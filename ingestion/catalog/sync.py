"""Brings a source's Glue database up to date: its tables, and the list of its bronze files."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet
from botocore.exceptions import BotoCoreError, ClientError

from ingestion.bronze.lake import Entry, S3Lake
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.catalog.tables import FILES_TABLE, files_folder, glue_tables
from ingestion.errors import LandfallError
from ingestion.registry import Source

_BRONZE_FILE = re.compile(r"[^/]+/[^/]+/[^/]+/.*\.(parquet|csv|csv\.gz)")


@dataclass(frozen=True)
class Synced:
    """What a run found and did."""

    database: str
    tables: int
    changed: int
    files: int


def sync_catalog(source: Source, lake: S3Lake, settings: S3Settings, mappings: TableMappings) -> Synced:
    """Creates or updates the tables and lists the files. Run it after files arrive, before dbt."""
    entries = [entry for entry in lake.entries(f"{source.name}/") if _BRONZE_FILE.fullmatch(entry.key)]
    for entry in entries:
        if not entry.key.endswith(".parquet"):
            raise LandfallError(
                f"{lake.location}/bronze/{entry.key} is not Parquet: a catalog table cannot hold both, "
                "reload the source with DataFormat parquet"
            )
    try:
        glue = boto3.client("glue")
        _ensure_database(glue, source.database)
        keys = [entry.key for entry in entries]
        inputs = list(glue_tables(source, lake.location, settings, mappings, keys))
        changed = sum(_ensure_table(glue, source.database, table) for table in inputs)
    except (BotoCoreError, ClientError) as error:
        raise LandfallError(
            f"cannot write to the Glue database '{source.database}' ({error}): "
            "check AWS_REGION, AWS_ENDPOINT_URL, keys and permissions"
        ) from None
    folder = files_folder(source, lake.location).removeprefix(f"{lake.location}/")
    lake.write(f"{folder}{FILES_TABLE}.parquet", _listing(entries))
    return Synced(source.database, len(inputs), changed, len(entries))


def _listing(entries: Iterable[Entry]) -> bytes:
    rows = [
        dict(zip(("source_name", "schema_name", "table_name"), entry.key.split("/")[:3], strict=True))
        | {
            "source_file": entry.key,
            "size_bytes": entry.size,
            # as text: a timestamp in Parquet is cut to milliseconds on the way through Athena
            "modified_at": f"{entry.modified_at:%Y-%m-%d %H:%M:%S.%f}",
            "is_full_load": "LOAD" in entry.key.rsplit("/", 1)[-1],
        }
        for entry in entries
    ]
    schema = pa.schema(
        [
            ("source_name", pa.string()),
            ("schema_name", pa.string()),
            ("table_name", pa.string()),
            ("source_file", pa.string()),
            ("size_bytes", pa.int64()),
            ("modified_at", pa.string()),
            ("is_full_load", pa.bool_()),
        ]
    )
    written = io.BytesIO()
    pa.parquet.write_table(pa.Table.from_pylist(rows, schema=schema), written)
    return written.getvalue()


def _ensure_database(glue: Any, name: str) -> None:
    with contextlib.suppress(glue.exceptions.AlreadyExistsException):
        glue.create_database(DatabaseInput={"Name": name, "Description": "Bronze, made by landfall catalog"})


def _ensure_table(glue: Any, database: str, wanted: dict[str, Any]) -> bool:
    """Whether the table was made or changed."""
    try:
        found = glue.get_table(DatabaseName=database, Name=wanted["Name"])["Table"]
    except glue.exceptions.EntityNotFoundException:
        glue.create_table(DatabaseName=database, TableInput=wanted)
        return True
    if _has(found, wanted):
        return False
    glue.update_table(DatabaseName=database, TableInput=wanted)
    return True


def _has(found: Any, wanted: Any) -> bool:
    """Whether `found` says all that `wanted` says; what Glue adds of its own does not count."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(_has(found.get(name), wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return len(found or []) == len(wanted) and all(map(_has, found or [], wanted))
    return bool(found == wanted)
