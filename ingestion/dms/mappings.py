"""DMS table mappings, derived from the registry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingestion.registry import BEFORE_IMAGE_PREFIX, Source

CHANGE_SEQ_COLUMN = "_dms_change_seq"

Json = dict[str, Any]


def table_mappings(source: Source) -> Json:
    """The TableMappings JSON of a task that replicates every table of `source`.

    Selects the tables, adds the change sequence, and asks for the old values of key columns, without
    which a changed key leaves its old row behind for ever.
    """
    every_table = {"schema-name": source.schema, "table-name": "%"}
    rules: list[Json] = [
        {
            "rule-type": "selection",
            "rule-action": "include",
            "rule-name": f"select-{table.name}",
            "object-locator": {"schema-name": source.schema, "table-name": table.name},
        }
        for table in source.tables
    ]
    rules.append(
        {
            "rule-type": "transformation",
            "rule-target": "column",
            "rule-action": "add-column",
            "rule-name": "add-change-sequence",
            "object-locator": every_table,
            "value": CHANGE_SEQ_COLUMN,
            "expression": "$AR_H_CHANGE_SEQ",
            "data-type": {"type": "string", "length": 35},
        }
    )
    rules.append(
        {
            "rule-type": "transformation",
            "rule-target": "column",
            "rule-action": "add-before-image-columns",
            "rule-name": "add-before-image-of-keys",
            "object-locator": every_table,
            "before-image-def": {
                "column-prefix": BEFORE_IMAGE_PREFIX,
                "column-suffix": "",
                "column-filter": "pk-only",
            },
        }
    )
    return {"rules": [{"rule-id": str(number), **rule} for number, rule in enumerate(rules, 1)]}


def default_settings(name: str) -> Json:
    """The shipped `s3_settings` or `task_settings`, as AWS takes them."""
    settings: Json = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
    return settings
