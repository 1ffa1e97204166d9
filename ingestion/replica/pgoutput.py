"""Decodes the messages of PostgreSQL's `pgoutput` plugin, protocol version 1.

Format: "Logical Replication Message Formats" in PostgreSQL's manual. Values stay in their text form.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Unchanged(Enum):
    """A TOASTed value that an update left alone: the log does not hold it."""

    UNCHANGED = "unchanged"


Value = str | None | Unchanged
Row = list[Value]


@dataclass(frozen=True, slots=True)
class Begin:
    """A transaction that will commit at `committed_at`. `lsn` is where its commit record lies."""

    lsn: int
    committed_at: datetime
    xid: int


@dataclass(frozen=True, slots=True)
class Commit:
    """Its end. Streaming from `end_lsn` gives the next transaction."""

    end_lsn: int


@dataclass(frozen=True, slots=True)
class RelationColumn:
    """A column as the log names it."""

    name: str
    type_oid: int
    type_modifier: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """A table's layout, sent before its first change and after each change of the layout."""

    oid: int
    schema: str
    name: str
    identity: str  # relreplident: d, f, i or n
    columns: tuple[RelationColumn, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One row's change. `old` holds the key columns (others None) of a changed key or a deleted
    row, or the whole old row (`old_is_full`) under REPLICA IDENTITY FULL."""

    operation: str
    relation_oid: int
    old: Row | None
    old_is_full: bool
    new: Row | None


Message = Begin | Commit | Relation | Change


def decode(payload: bytes) -> Message | None:
    """One message; None for those that bronze has no place for (truncate, origin, type)."""
    kind = payload[:1]
    if kind in b"IUD":
        return _change(payload)
    if kind == b"B":
        lsn, microseconds, xid = struct.unpack_from("!QQI", payload, 1)
        return Begin(lsn, _EPOCH + timedelta(microseconds=microseconds), xid)
    if kind == b"C":
        return Commit(struct.unpack_from("!BQQQ", payload, 1)[2])
    if kind == b"R":
        return _relation(payload)
    return None


def _change(payload: bytes) -> Change:
    operation = chr(payload[0])
    (relation,) = struct.unpack_from("!I", payload, 1)
    offset = 5
    old = new = None
    old_is_full = False
    while offset < len(payload):
        part = payload[offset]
        row, offset = _row(payload, offset + 1)
        if part == 0x4E:  # N: the new row
            new = row
        else:  # K: key of the old row; O: the whole old row
            old = row
            old_is_full = part == 0x4F
    return Change(operation, relation, old, old_is_full, new)


def _row(payload: bytes, offset: int) -> tuple[Row, int]:
    (count,) = struct.unpack_from("!H", payload, offset)
    offset += 2
    row: Row = []
    for _ in range(count):
        kind = payload[offset]
        offset += 1
        if kind == 0x74:  # t: text
            (length,) = struct.unpack_from("!I", payload, offset)
            offset += 4
            row.append(payload[offset : offset + length].decode("utf-8"))
            offset += length
        elif kind == 0x75:  # u
            row.append(Unchanged.UNCHANGED)
        else:  # n: null
            row.append(None)
    return row, offset


def _relation(payload: bytes) -> Relation:
    (oid,) = struct.unpack_from("!I", payload, 1)
    schema, offset = _text(payload, 5)
    name, offset = _text(payload, offset)
    identity = chr(payload[offset])
    (count,) = struct.unpack_from("!H", payload, offset + 1)
    offset += 3
    columns = []
    for _ in range(count):
        is_key = payload[offset] == 1
        column, offset = _text(payload, offset + 1)
        type_oid, modifier = struct.unpack_from("!Ii", payload, offset)
        offset += 8
        columns.append(RelationColumn(column, type_oid, modifier, is_key))
    # an empty name stands for pg_catalog
    return Relation(oid, schema or "pg_catalog", name, identity, tuple(columns))


def _text(payload: bytes, offset: int) -> tuple[str, int]:
    end = payload.index(0, offset)
    return payload[offset:end].decode("utf-8"), end + 1
