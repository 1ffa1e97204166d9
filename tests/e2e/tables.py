"""Tasks over tables that no registry declares, and what they wrote."""

from __future__ import annotations

import duckdb

from ingestion.bronze.lake import open_lake
from ingestion.dms.mappings import default_settings
from ingestion.home import Home
from ingestion.replica.task import Task, TaskConfig

Json = dict[str, object]

RULES: list[Json] = [
    {
        "rule-type": "selection",
        "rule-action": "include",
        "object-locator": {"schema-name": "%", "table-name": "%"},
    },
    {
        "rule-type": "transformation",
        "rule-action": "add-column",
        "value": "seq",
        "expression": "$AR_H_CHANGE_SEQ",
    },
    {
        "rule-type": "transformation",
        "rule-action": "add-before-image-columns",
        "before-image-def": {"column-prefix": "before_", "column-filter": "pk-only"},
    },
]


def table_task(
    dsn: str,
    home: Home,
    *tables: str,
    engine: str = "postgres",
    schema: str = "public",
    task_settings: Json | None = None,
    **s3_settings: object,
) -> Task:
    """A task over tables that no registry declares."""
    settings = {**default_settings("s3_settings"), **s3_settings}
    config = TaskConfig("t", schema, tables, settings, {"rules": RULES}, task_settings or {}, engine)
    return Task(config, dsn, open_lake(home.lake), home.state)


def rows(home: Home, table: str, sql: str = "select * exclude (filename)") -> list[tuple[object, ...]]:
    files = f"{home.lake}/bronze/t/*/{table}/**/*.parquet"
    reader = f"read_parquet('{files}', union_by_name = true, filename = true)"
    return duckdb.execute(f"{sql} from {reader} order by seq nulls first").fetchall()
