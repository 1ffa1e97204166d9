"""MySQL's binary JSON, spelled as `cast(… as char)` spells it, so that log and full load agree.

Libraries decode it into Python's values, of which decimals, times and the order of members do not come
back as they were. Format: the head of json_binary.h in MySQL's source; spelling: json_dom.cc.
"""

from __future__ import annotations

import base64
import json
import struct
from decimal import Decimal

from ingestion.mysql.values import decimal

_OBJECTS, _ARRAYS, _LITERAL, _STRING, _OPAQUE = (0, 1), (2, 3), 4, 12, 15
_NUMBERS = {5: "<h", 6: "<H", 7: "<i", 8: "<I", 9: "<q", 10: "<Q"}
_DOUBLE = 11
_WORDS = {0: "null", 1: "true", 2: "false"}

# what an opaque value is, as the log numbers the types of columns
_TIMESTAMP, _DATE, _TIME, _DATETIME, _DECIMAL = 7, 10, 11, 12, 246

# from so many digits before or after the point on, the server writes an exponent
_MOST_DIGITS = 15


def json_text(raw: bytes) -> str:
    """A document's text; of an empty one, which old versions stored, null."""
    return _value(raw[0], raw, 1) if raw else "null"


def _value(kind: int, data: bytes, at: int) -> str:
    if kind in _OBJECTS or kind in _ARRAYS:
        return _container(kind, data, at)
    if kind == _LITERAL:
        return _WORDS[data[at]]
    if kind in _NUMBERS:
        return str(struct.unpack_from(_NUMBERS[kind], data, at)[0])
    if kind == _DOUBLE:
        return _double(struct.unpack_from("<d", data, at)[0])
    if kind == _STRING:
        return _quoted(_counted(data, at).decode("utf-8", "replace"))
    return _opaque(data[at], _counted(data, at + 1))


def _container(kind: int, data: bytes, start: int) -> str:
    """Offsets within it count from its own start; small ones have two bytes, large ones four."""
    large = kind in (1, 3)
    form, size = ("<I", 4) if large else ("<H", 2)

    def number(at: int) -> int:
        return int(struct.unpack_from(form, data, at)[0])

    count, at = number(start), start + 2 * size
    names: list[str] = []
    if kind in _OBJECTS:
        for _ in range(count):
            begin, length = start + number(at), struct.unpack_from("<H", data, at + size)[0]
            names.append(data[begin : begin + length].decode("utf-8", "replace"))
            at += size + 2
    values = []
    inline = {_LITERAL, 5, 6, *((7, 8) if large else ())}
    for _ in range(count):
        of = data[at]
        values.append(_value(of, data, at + 1 if of in inline else start + number(at + 1)))
        at += 1 + size
    if kind in _OBJECTS:
        pairs = zip(names, values, strict=True)
        return "{" + ", ".join(f"{_quoted(name)}: {value}" for name, value in pairs) + "}"
    return "[" + ", ".join(values) + "]"


def _counted(data: bytes, at: int) -> bytes:
    """Bytes behind their length: seven bits a byte, the lowest first."""
    length = shift = 0
    while True:
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return data[at : at + length]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _double(value: float) -> str:
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)  # JSON knows neither infinity nor NaN
    if -_MOST_DIGITS < len(digits) + exponent <= _MOST_DIGITS:
        text = f"{Decimal((sign, digits, exponent)):f}"
        return text if "." in text else text + ".0"
    figures = "".join(map(str, digits))
    mantissa = figures[0] + ("." + figures[1:] if figures[1:] else "")
    return f"{'-' if sign else ''}{mantissa}e{len(digits) + exponent - 1}"


def _opaque(kind: int, raw: bytes) -> str:
    if kind == _DECIMAL:
        return decimal(raw[0], raw[1])(raw, 2)[0] or ""
    if kind in (_DATE, _DATETIME, _TIMESTAMP, _TIME):
        packed = int.from_bytes(raw, "little", signed=True)
        sign, packed = ("-", -packed) if packed < 0 else ("", packed)
        whole, micro = packed >> 24, packed & 0xFFFFFF
        day, clock = divmod(whole, 1 << 17)
        if kind == _TIME:
            return f'"{sign}{whole >> 12 & 0x3FF:02d}:{whole >> 6 & 63:02d}:{whole & 63:02d}.{micro:06d}"'
        months, number = divmod(day, 32)
        year, month = divmod(months, 13)
        date = f"{year:04d}-{month:02d}-{number:02d}"
        if kind == _DATE:
            return f'"{date}"'
        return f'"{date} {clock >> 12:02d}:{clock >> 6 & 63:02d}:{clock & 63:02d}.{micro:06d}"'
    # lines of 76 characters, as the server's own base64
    return _quoted(f"base64:type{kind}:{base64.encodebytes(raw).decode().rstrip()}")
