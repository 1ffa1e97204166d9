"""MySQL's binary JSON from the log, written here by hand after json_binary.h, for no MySQL runs here."""

from __future__ import annotations

import struct

import pytest

from ingestion.mysql.json_text import json_text


def string(text: str) -> bytes:
    raw = text.encode()
    assert len(raw) < 128
    return bytes([len(raw)]) + raw


def array(*items: tuple[int, bytes], large: bool = False) -> bytes:
    """Each item is its type and its bytes; those that lie within the entry are told by their length."""
    form, size = ("<I", 4) if large else ("<H", 2)
    head, entries, rest = 2 * size, b"", b""
    first = head + len(items) * (1 + size)
    for kind, raw in items:
        if kind in (4, 5, 6) or (large and kind in (7, 8)):
            entries += bytes([kind]) + raw.ljust(size, b"\0")
        else:
            entries += bytes([kind]) + struct.pack(form, first + len(rest))
            rest += raw
    body = entries + rest
    return struct.pack(form, len(items)) + struct.pack(form, head + len(body)) + body


def members(names: list[str], items: list[tuple[int, bytes]]) -> bytes:
    """A small object."""
    keys = b"".join(name.encode() for name in names)
    at = 4 + len(names) * 4 + len(items) * 3
    entries, place = b"", at
    for name in names:
        entries += struct.pack("<HH", place, len(name.encode()))
        place += len(name.encode())
    values = b""
    for kind, raw in items:
        entries += bytes([kind]) + struct.pack("<H", place + len(values))
        values += raw
    body = entries + keys + values
    return struct.pack("<HH", len(names), 4 + len(body)) + body


def opaque(kind: int, raw: bytes) -> bytes:
    return bytes([kind, len(raw)]) + raw


def packed(year: int, month: int, day: int, hour: int, minute: int, second: int, micro: int) -> bytes:
    date = (year * 13 + month) << 5 | day
    return ((date << 17 | hour << 12 | minute << 6 | second) << 24 | micro).to_bytes(8, "little")


def span(hour: int, minute: int, second: int, micro: int, sign: int = 1) -> bytes:
    whole = (hour << 12 | minute << 6 | second) << 24 | micro
    return (sign * whole).to_bytes(8, "little", signed=True)


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        (4, b"\0", "null"),
        (4, b"\1", "true"),
        (5, struct.pack("<h", -7), "-7"),
        (10, struct.pack("<Q", 2**64 - 1), "18446744073709551615"),
        (11, struct.pack("<d", 1.0), "1.0"),
        (11, struct.pack("<d", -0.00001), "-0.00001"),
        (11, struct.pack("<d", 1e20), "1e20"),
        (11, struct.pack("<d", 1.5e-20), "1.5e-20"),
        (11, struct.pack("<d", 123456789012345.0), "123456789012345.0"),
        (12, string('a "b"\n\\ \x01 é 🎉'), '"a \\"b\\"\\n\\\\ \\u0001 é 🎉"'),
        (15, opaque(246, bytes([4, 2, 0x80 | 1, 10])), "1.10"),
        (15, opaque(246, bytes([4, 2, (0x80 | 1) ^ 0xFF, 10 ^ 0xFF])), "-1.10"),
        (15, opaque(10, packed(2024, 1, 2, 0, 0, 0, 0)), '"2024-01-02"'),
        (15, opaque(12, packed(2024, 1, 2, 3, 4, 5, 0)), '"2024-01-02 03:04:05.000000"'),
        (15, opaque(11, span(25, 0, 1, 5)), '"25:00:01.000005"'),
        (15, opaque(11, span(25, 0, 1, 0, sign=-1)), '"-25:00:01.000000"'),
        (15, opaque(252, b"\x00\xff"), '"base64:type252:AP8="'),
        (2, array((4, b"\0"), (5, b"\x01\0"), (12, string("x"))), '[null, 1, "x"]'),
        (3, array((7, struct.pack("<i", -70000)), (12, string("y")), large=True), '[-70000, "y"]'),
        (2, array(), "[]"),
        (
            0,
            members(["b", "a é"], [(12, string("x")), (2, array((4, b"\2")))]),
            '{"b": "x", "a é": [false]}',
        ),
    ],
)
def test_a_document_is_spelled_as_the_server_spells_it(kind: int, raw: bytes, text: str) -> None:
    assert json_text(bytes([kind]) + raw) == text


def test_an_empty_document_is_null_and_a_long_string_has_a_long_length() -> None:
    assert json_text(b"") == "null"
    assert json_text(b"\x0c" + bytes([0xC8, 0x01]) + b"x" * 200) == '"' + "x" * 200 + '"'
