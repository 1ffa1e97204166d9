"""The tables that dbt builds, and the columns that tell their rows apart, from dbt's manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def built_tables(manifest: Path) -> dict[str, list[str]]:
    """Every table and seed (no view) as 'schema.name', with its key as the project's own tests declare it,
    or else its first column."""
    parsed: dict[str, Any] = json.loads(manifest.read_text("utf-8"))
    keys: dict[str, list[tuple[int, list[str]]]] = {}
    for node in parsed["nodes"].values():
        rank, columns = _declared_key(node)
        if columns:
            keys.setdefault(node["attached_node"], []).append((rank, columns))
    tables = {}
    for name, node in parsed["nodes"].items():
        # what tells when something changed tells it by the clock of its engine
        timeless = "changed_at" not in node["columns"]
        if timeless and node["config"].get("materialized") in ("table", "incremental", "seed"):
            declared = keys.get(name) or [(4, list(node["columns"])[:1])]
            tables[f"{node['schema']}.{node['alias']}"] = min(declared)[1]
    return tables


def _declared_key(node: dict[str, Any]) -> tuple[int, list[str]]:
    """What a generic test says of the key, the surest first; nothing if it says nothing."""
    test = node.get("test_metadata") or {}
    arguments = test.get("kwargs", {})
    if test.get("name") == "unique_combination":
        return 1, arguments["columns"]
    if test.get("name") == "unique":
        return 2, [arguments["column_name"]]
    if test.get("name") == "no_nulls":
        return 3, arguments["columns"][:1]
    return 0, []
