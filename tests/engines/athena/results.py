"""Rows and columns as Athena's GetQueryResults gives them: every value is text."""

from __future__ import annotations

import base64
import re
from typing import Any

Json = dict[str, Any]


def column_info(name: str, kind: str) -> Json:
    """Athena's ColumnInfo: the broad type, without its precision."""
    broad = re.split(r"[(<]", kind)[0]
    if kind.endswith("with time zone"):
        broad = f"{broad} with time zone"
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": broad,
        "Nullable": "UNKNOWN",
        "CaseSensitive": broad in ("varchar", "char"),
    }


def result_rows(columns: list[tuple[str, str]], rows: list[list[Any]]) -> list[Json]:
    """Athena's rows; a null is an entry without a value."""
    return [
        {
            "Data": [
                {} if value is None else {"VarCharValue": _text(value, kind)}
                for value, (_, kind) in zip(row, columns, strict=True)
            ]
        }
        for row in rows
    ]


def _text(value: Any, kind: str) -> str:
    if kind == "varbinary":
        return base64.b64decode(value).hex(" ")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_text(part, '') for part in value)}]"
    return str(value)
