"""A table that shows what an incremental run reads and writes."""

from __future__ import annotations

import os
from pathlib import Path

from tests.silver.cases import Case, cdc, delete, insert, load, row, update

CASE = Case(
    "cost",
    ([load(1, "09:00", *(row(id, "loaded") for id in range(1, 1001)))], [], []),
    live=set(),
)
NEW = cdc(
    "1005",
    update("10:00", 61, id=1, v="changed"),
    delete("10:00", 65, id=2),
    insert("10:00", 69, id=2000, v="new"),
    # of a load that began before: nothing to write
    delete("08:00", 73, id=3),
)


def make_unreadable(lake: Path) -> None:
    """Every file becomes garbage of the same name, size and time: reading any fails."""
    for file in lake.rglob("*.*"):
        if file.is_file():
            status = file.stat()
            file.write_bytes(b'"' * status.st_size)
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
