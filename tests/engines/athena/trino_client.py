"""Runs one statement on a Trino server over its HTTP protocol."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

CATALOG = "awsdatacatalog"


class QueryFailed(Exception):
    """The engine refused or failed a statement; the message is the engine's own."""


@dataclass(frozen=True)
class Result:
    """What a statement gave: columns with their Trino types, rows as JSON values, rows written."""

    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    update_count: int | None = None
    scanned_bytes: int = 0


def run(url: str, sql: str, schema: str, prepared: str | None = None) -> Result:
    """Runs `sql` in the catalog of Athena. `prepared` is a statement that it may call by the name `it`."""
    headers = {
        "X-Trino-User": "landfall",
        "X-Trino-Catalog": CATALOG,
        "X-Trino-Schema": schema,
        "X-Trino-Time-Zone": "UTC",
        # without it times are cut to milliseconds, and their types do not say so
        "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",
    }
    if prepared is not None:
        headers["X-Trino-Prepared-Statement"] = f"it={urllib.parse.quote(prepared, safe='')}"
    reply = _request(f"{url}/v1/statement", headers, sql.encode())
    columns: list[tuple[str, str]] = []
    rows: list[list[Any]] = []
    while True:
        if "error" in reply:
            error = reply["error"]
            raise QueryFailed(f"{error['errorName']}: {error['message']}")
        columns = columns or [(column["name"], column["type"]) for column in reply.get("columns", [])]
        rows += reply.get("data", [])
        if "nextUri" not in reply:
            return Result(columns, rows, reply.get("updateCount"), reply["stats"]["physicalInputBytes"])
        reply = _request(reply["nextUri"], headers, None)


def _request(url: str, headers: dict[str, str], body: bytes | None) -> dict[str, Any]:
    request = urllib.request.Request(url, body, headers, method="GET" if body is None else "POST")
    with urllib.request.urlopen(request, timeout=300) as answer:
        reply: dict[str, Any] = json.load(answer)
        return reply
