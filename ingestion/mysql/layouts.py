"""The layout of a table as the log tells it: the event before a statement's rows.

With `binlog_row_metadata=FULL` it holds names, signs, character sets and the key as they were when the
rows were written, so that no later change of the table can mislead.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from ingestion.errors import LandfallError
from ingestion.live import LiveTable
from ingestion.mysql import values
from ingestion.mysql.charsets import BINARY, Charsets
from ingestion.mysql.json_text import json_text
from ingestion.mysql.tables import live_column, live_table
from ingestion.mysql.values import Read

# Types as the log numbers them.
_TINY, _SHORT, _LONG, _FLOAT, _DOUBLE, _LONGLONG, _INT24 = 1, 2, 3, 4, 5, 8, 9
_DATE, _YEAR, _NEWDATE, _VARCHAR, _BIT = 10, 13, 14, 15, 16
_TIMESTAMP2, _DATETIME2, _TIME2 = 17, 18, 19
_BLOB_COMPRESSED, _VARCHAR_COMPRESSED = 140, 141
_JSON, _NEWDECIMAL, _ENUM, _SET, _BLOB, _VAR_STRING, _STRING, _GEOMETRY = (
    245,
    246,
    247,
    248,
    252,
    253,
    254,
    255,
)

_NUMBERS = {_TINY, _SHORT, _LONG, _FLOAT, _DOUBLE, _LONGLONG, _INT24, _YEAR, _NEWDECIMAL}
_TEXTS = {_VARCHAR, _VAR_STRING, _STRING, _BLOB, _BLOB_COMPRESSED, _VARCHAR_COMPRESSED}
_ONE_BYTE = {_FLOAT, _DOUBLE, _BLOB, _GEOMETRY, _JSON, _TIMESTAMP2, _DATETIME2, _TIME2, _BLOB_COMPRESSED}
_TWO_BYTES = {_VARCHAR, _VAR_STRING, _STRING, _NEWDECIMAL, _BIT, _ENUM, _SET, _VARCHAR_COMPRESSED}

_INTEGERS = {
    _TINY: ("tinyint", "b"),
    _SHORT: ("smallint", "h"),
    _INT24: ("mediumint", ""),
    _LONG: ("int", "i"),
    _LONGLONG: ("bigint", "q"),
}
# Types of MariaDB that the log shows as BINARY.
_PLUGIN_TYPES = {"uuid": values.uuid, "inet4": values.inet4, "inet6": values.inet6}


@dataclass
class _Column:
    type: int
    first: int = 0  # what the type's own description says: lengths, digits
    second: int = 0
    unsigned: bool = False
    collation: int = BINARY
    words: list[bytes] = field(default_factory=list)
    name: str = ""


@dataclass(frozen=True)
class Layout:
    """A table as it was when the rows after this event were written, and how to read them."""

    table: LiveTable
    reads: tuple[Read, ...]


class _Bytes:
    """What comes next of an event."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self) -> int:
        """A number in one, three, four or nine bytes, as the protocol packs lengths."""
        first = self.take(1)[0]
        if first < 0xFB:
            return first
        return int.from_bytes(self.take({0xFC: 2, 0xFD: 3, 0xFE: 8}[first]), "little")

    def text(self) -> bytes:
        return self.take(self.number())

    @property
    def more(self) -> bool:
        return self.at < len(self.data)


def table_id(body: bytes) -> int:
    """The number by which row events name a layout."""
    return int.from_bytes(body[:6], "little")


def table_name(body: bytes) -> tuple[str, str]:
    """Schema and table of a layout."""
    event = _Bytes(body)
    event.take(8)
    schema = event.take(event.take(1)[0])
    event.take(1)
    return schema.decode("utf-8"), event.take(event.take(1)[0]).decode("utf-8")


def parse(body: bytes, charsets: Charsets, live: Callable[[str, str], LiveTable | None]) -> Layout:
    """The layout in a TABLE_MAP event. `live` gives the table as it is now: asked where the log does
    not tell enough."""
    schema, name = table_name(body)
    event = _Bytes(body)
    event.take(8 + len(schema.encode()) + 2 + len(name.encode()) + 2)
    columns = [_Column(kind) for kind in event.take(event.number())]
    described = _Bytes(event.text())
    for column in columns:
        _describe(column, described)
    event.take((len(columns) + 7) // 8)  # which may be null: each row tells
    where = f"{schema}.{name}"
    key = _metadata(columns, event, _TEXTS | {_GEOMETRY} if charsets.of_geometry else _TEXTS)
    if not all(column.name for column in columns):
        raise LandfallError(
            f"the log does not name the columns of {where}: set binlog_row_metadata=FULL at the source, "
            "then load again with --reload"
        )
    table_now = live(schema, name)
    now = {column.name: column.type for column in table_now.columns} if table_now else {}
    pairs = [_column(column, charsets, now.get(column.name, ""), where) for column in columns]
    table = live_table(
        schema,
        name,
        (live_column(column.name, kind) for column, (kind, _) in zip(columns, pairs, strict=True)),
        (columns[at].name for at in key),
    )
    return Layout(table, tuple(read for _, read in pairs))


def _describe(column: _Column, described: _Bytes) -> None:
    if column.type in _ONE_BYTE:
        column.first = described.take(1)[0]
    elif column.type in _TWO_BYTES:
        column.first, column.second = described.take(2)
        if column.type == _STRING:
            if column.first in (_ENUM, _SET):
                column.type = column.first
            else:
                # two bits of the length lie in the type, turned over
                column.second |= ((column.first & 0x30) ^ 0x30) << 4


def _metadata(columns: list[_Column], event: _Bytes, text_types: set[int]) -> list[int]:
    """What the event tells of its columns; returns the places of the key. `text_types` have a collation."""
    numbers = [column for column in columns if column.type in _NUMBERS]
    enums = [column for column in columns if column.type == _ENUM]
    sets = [column for column in columns if column.type == _SET]
    choices = [column for column in columns if column.type in (_ENUM, _SET)]
    texts = [column for column in columns if column.type in text_types]
    key: list[int] = []
    while event.more:
        kind = event.take(1)[0]
        option = _Bytes(event.text())
        if kind == 1:
            for place, column in enumerate(numbers):
                column.unsigned = bool(option.data[place // 8] & 0x80 >> place % 8)
        elif kind in (2, 10):
            _default_collation(texts if kind == 2 else choices, option)
        elif kind in (3, 11):
            for column in texts if kind == 3 else choices:
                column.collation = option.number()
        elif kind == 4:
            for column in columns:
                column.name = option.text().decode("utf-8")
        elif kind in (5, 6):
            for column in sets if kind == 5 else enums:
                column.words = [option.text() for _ in range(option.number())]
        elif kind == 8:
            while option.more:
                key.append(option.number())
        elif kind == 9:
            while option.more:
                key.append(option.number())
                option.number()  # how much of it the key takes
    return key


def _default_collation(columns: list[_Column], option: _Bytes) -> None:
    default = option.number()
    for column in columns:
        column.collation = default
    while option.more:
        at = option.number()
        columns[at].collation = option.number()


def _column(column: _Column, charsets: Charsets, now: str, where: str) -> tuple[str, Read]:
    """A column's type, as information_schema spells it, and how to read its values."""
    kind, first, second = column.type, column.first, column.second
    if kind in _INTEGERS:
        name, form = _INTEGERS[kind]
        if not form:
            read = values.integer24(unsigned=column.unsigned)
        else:
            read = values.fixed("<" + (form.upper() if column.unsigned else form))
        return name + (" unsigned" if column.unsigned else ""), read
    match kind:
        case 4:
            return "float", values.fixed("<f")
        case 5:
            return "double", values.fixed("<d")
        case 246:
            return f"decimal({first},{second})", values.decimal(first, second)
        case 13:
            return "year", values.year
        case 10 | 14:
            return "date", values.day
        case 18:
            return "datetime", values.wall_time(first)
        case 17:
            return "timestamp", values.timestamp(first)
        case 19:
            return "time", values.time(first)
        case 16:
            length = second * 8 + first
            return f"bit({length})", values.bits(length)
        case 247 | 248:
            decode = charsets.decoder(column.collation)
            words = [decode(word) for word in column.words]
            if kind == _ENUM:
                return "enum", values.enumeration(second, words)
            return "set", values.members(second, words)
        case 245:
            return "json", values.counted(first, json_text)  # MySQL's own; MariaDB keeps it as text
        case 255:
            return "geometry", values.counted(first, values.hexadecimal)
    if kind in _TEXTS:
        return _string(column, charsets, now)
    raise LandfallError(
        f"column {where}.{column.name} is stored in a way that the log reader does not know (type {kind}); "
        f"`alter table {where} force` stores old temporal types anew"
    )


def _string(column: _Column, charsets: Charsets, now: str) -> tuple[str, Read]:
    kind, first, second = column.type, column.first, column.second
    if kind in (_BLOB, _BLOB_COMPRESSED):
        size, name = first, ("tinyblob", "blob", "mediumblob", "longblob")[first - 1]
    elif kind in (_VARCHAR, _VAR_STRING, _VARCHAR_COMPRESSED):
        size, name = (1 if first + second * 256 < 256 else 2), "varbinary"
    else:
        size, name = (1 if second < 256 else 2), "binary"
    text: Callable[[bytes], str | None] = values.hexadecimal
    if column.collation != BINARY:
        name = {"varbinary": "varchar", "binary": "char"}.get(name) or name.replace("blob", "text")
        text = charsets.decoder(column.collation)
    elif name == "binary":
        if now in _PLUGIN_TYPES:
            return now, values.counted(size, _PLUGIN_TYPES[now])
        text = values.padded(second)
    if kind in (_BLOB_COMPRESSED, _VARCHAR_COMPRESSED):
        text = values.compressed(text)
    return name, values.counted(size, text)


def read_rows(data: bytes, at: int, layout: Layout, images: int) -> list[list[list[str | None]]]:
    """The rows of an event from `at` on: for each, one image or (of an update) the old and the new."""
    reads = layout.reads
    size = (len(reads) + 7) // 8
    found = []
    end = len(data)
    while at < end:
        row = []
        for _ in range(images):
            nulls = int.from_bytes(data[at : at + size], "little")
            at += size
            image: list[str | None] = []
            for read in reads:
                if nulls & 1:
                    image.append(None)
                else:
                    value, at = read(data, at)
                    image.append(value)
                nulls >>= 1
            row.append(image)
        found.append(row)
    return found


def row_event(body: bytes, *, second_version: bool, images: int) -> tuple[int, int, bool]:
    """Where an event's rows begin, how many columns they have, and whether these are all columns."""
    at = 8
    if second_version:
        at += struct.unpack_from("<H", body, at)[0]
    event = _Bytes(body)
    event.at = at
    count = event.number()
    whole = True
    for _ in range(images):
        present = int.from_bytes(event.take((count + 7) // 8), "little")
        whole = whole and present & (1 << count) - 1 == (1 << count) - 1
    return event.at, count, whole
