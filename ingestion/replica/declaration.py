"""Does the registry say what the database has?"""

from __future__ import annotations

from ingestion.bronze.layout import OP_COLUMN
from ingestion.live import Catalog, Engine, LiveTable
from ingestion.registry import BEFORE_IMAGE_PREFIX, Source, Table, same_but_for_case

# DuckDB's names of types where the registry has another word
_REGISTRY_WORDS = {
    "blob": "varbinary",
    # what has no place elsewhere takes the next larger type
    "tinyint": "smallint",
    "utinyint": "smallint",
    "usmallint": "integer",
    "uinteger": "bigint",
    "ubigint": "decimal(20,0)",
}

# columns that stand beside the source's own in a bronze file, or are added to its rows when it is read
_BESIDE = {OP_COLUMN.lower(), "_dms_timestamp", "_dms_change_seq", "_source_file"}


def wrong_declarations(source: Source, engine: Engine, catalog: Catalog) -> list[str]:
    """What the registry declares otherwise than bronze will have it, a line each."""
    found = []
    tables = catalog.tables(source.schema, [table.name for table in source.tables])
    for table in source.tables:
        where = f"{source.path}: {source.name}.{table.name}"
        live = tables[table.name]
        found += [*_wrong_columns(where, table, live, engine), *_wrong_key(where, table, live)]
        found += _wrong_names(f"table {source.schema}.{table.name} of the database", live)
    return found


def keyless_tables(source: Source) -> list[str]:
    """A line for each table that is declared to have no key: what comes of it is less than it holds."""
    return [
        f"{source.name}.{table.name} has no primary key: its inserts alone are followed; add a key at the "
        "source (alter table … add primary key) and declare it"
        for table in source.tables
        if not table.primary_key
    ]


def _wrong_columns(where: str, table: Table, live: LiveTable, engine: Engine) -> list[str]:
    found = []
    columns = {column.name: column for column in live.columns}
    for declared in table.columns:
        column = columns.get(declared.name)
        if column is None:
            found.append(
                f"{where}.{declared.name} is not a column of the database: leave it out, or name it as there"
            )
            continue
        bronze = _REGISTRY_WORDS.get(column.rule.bronze, column.rule.bronze)
        if column.type.split("(")[0].removesuffix("[]") in engine.not_carried:
            found.append(
                f"{where}.{declared.name} is of type {column.type}, which DMS does not migrate: leave it out"
            )
        elif declared.data_type != bronze:
            found.append(
                f"{where}.{declared.name} is {column.type} in the database, which bronze holds as "
                f"{bronze}: declare data_type {bronze}, not {declared.data_type}"
            )
    return found


def _wrong_key(where: str, table: Table, live: LiveTable) -> list[str]:
    declared, key = ", ".join(table.primary_key), ", ".join(live.primary_key)
    if set(live.primary_key) == set(table.primary_key):
        return []
    if not key:
        return [
            f"{where} has no primary key in the database, so its inserts alone would be followed: "
            f"alter table {live.sql} add primary key ({declared}), or declare primary_key: []"
        ]
    return [f"{where} has the primary key ({key}) in the database: declare that, not ({declared})"]


def _wrong_names(where: str, live: LiveTable) -> list[str]:
    """Every column comes to bronze, declared or not, beside ours and in one file."""
    names = [column.name for column in live.columns]
    taken = _BESIDE | {f"{BEFORE_IMAGE_PREFIX}{part}".lower() for part in live.primary_key}
    found = [
        f"{where} has a column '{name}', which is a name that bronze uses itself: rename it there"
        for name in names
        if name.lower() in taken
    ]
    if twins := same_but_for_case(names):
        found.append(
            f"{where} has the columns '{twins[0]}' and '{twins[1]}', which a warehouse cannot tell apart: "
            "rename one there"
        )
    return found
