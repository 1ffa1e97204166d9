"""A case: one small table of its own, the files that arrive for it step by step, and what silver must say.

All cases live in one dbt project and go through its runs together, so that dozens of them cost a
handful of dbt runs (see lab.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DAY = "2024-03-01"
Row = dict[str, Any]


@dataclass(frozen=True)
class File:
    """A file of a table's folder. `types` are those of the file, by column; `omit` leaves columns out."""

    name: str
    rows: tuple[Row, ...]
    types: dict[str, str] = field(default_factory=dict)
    omit: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text:
    """A CSV file of a table's folder, as it stands."""

    name: str
    text: str


@dataclass(frozen=True)
class Gone:
    """A file that disappears; `after_noticing`: between dbt's noticing it and reading it."""

    name: str
    after_noticing: bool = False


Step = list["File | Text | Gone"]


@dataclass(frozen=True)
class Case:
    """One table. `live` is what base_ and hist_ must show as live in the end, `lives` the live
    intervals of hist_ as (key…, v, from, to) where the case is about history. Without a key there is
    no hist_, and `live` ends each row with how often it is there."""

    name: str
    steps: tuple[Step, ...]
    live: set[tuple[Any, ...]]
    lives: set[tuple[Any, ...]] | None = None
    columns: dict[str, str] = field(default_factory=lambda: {"id": "integer", "v": "varchar"})
    key: tuple[str, ...] = ("id",)
    meta: dict[str, Any] = field(default_factory=dict)
    # bronze no longer holds what was applied: only the live rows can equal a full refresh
    overwritten: bool = False


def moment(clock: str) -> str:
    """'10:05' or '10:05:00.123456' as DMS writes it."""
    time, _, fraction = clock.partition(".")
    return f"{DAY} {(time + ':00')[:8]}.{fraction:0<6}"


def change(op: str, clock: str, counter: int, **values: Any) -> Row:
    """A row of a change file; counter as in DMS's change sequence."""
    stamp = moment(clock)
    prefix = "".join(character for character in stamp if character.isdigit())[:16]
    return {"Op": op, "_dms_timestamp": stamp, "_dms_change_seq": f"{prefix}{counter:019d}", **values}


def insert(clock: str, counter: int, **values: Any) -> Row:
    return change("I", clock, counter, **values)


def update(clock: str, counter: int, **values: Any) -> Row:
    return change("U", clock, counter, **values)


def delete(clock: str, counter: int, **key: Any) -> Row:
    return change("D", clock, counter, **key)


def cdc(closed: str, *rows: Row, **options: Any) -> File:
    """A change file; `closed` as '1006' or '100600000', in the day's folder."""
    return File(f"{DAY.replace('-', '/')}/{DAY.replace('-', '')}-{closed:0<9}.parquet", rows, **options)


def load(number: int, started: str, *rows: Row, **options: Any) -> File:
    """A file of a full load that started then; its rows have no change sequence."""
    stamped = tuple(
        {"Op": "I", "_dms_timestamp": moment(started), "_dms_change_seq": None, **row} for row in rows
    )
    return File(f"LOAD{number:08X}.parquet", stamped, **options)


def row(id: int, v: str | None) -> Row:
    """A row of the usual table."""
    return {"id": id, "v": v}
