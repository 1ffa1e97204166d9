"""Decodes the values of row events into text: what `cast(… as char)` says of them, or hexadecimal for
bytes. Formats: "Row events" in the manuals of MySQL and MariaDB, and their sources where those are silent.
"""

from __future__ import annotations

import socket
import struct
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

# The value's text and where the next one begins.
Read = Callable[[bytes, int], tuple[str | None, int]]

_EPOCH = datetime(1970, 1, 1)


def fixed(form: str) -> Read:
    """A number in a fixed number of bytes, as struct spells it."""
    unpack, size = struct.Struct(form).unpack_from, struct.calcsize(form)
    return lambda data, at: (repr(unpack(data, at)[0]), at + size)


def integer24(*, unsigned: bool) -> Read:
    """MEDIUMINT."""
    return lambda data, at: (str(int.from_bytes(data[at : at + 3], "little", signed=not unsigned)), at + 3)


def counted(size: int, text: Callable[[bytes], str | None]) -> Read:
    """Bytes behind their length, which takes `size` bytes itself."""

    def read(data: bytes, at: int) -> tuple[str | None, int]:
        start = at + size
        end = start + int.from_bytes(data[at:start], "little")
        return text(data[start:end]), end

    return read


def padded(length: int) -> Callable[[bytes], str]:
    """BINARY(n), which the log holds without the zeros at its end."""
    return lambda raw: raw.ljust(length, b"\0").hex()


def compressed(text: Callable[[bytes], str | None]) -> Callable[[bytes], str | None]:
    """A column COMPRESSED: a byte that tells how, the length, and then zlib's stream."""

    def read(raw: bytes) -> str | None:
        if not raw:
            return text(raw)
        method, head = raw[0] >> 4, raw[0]
        if method == 0:
            return text(raw[1:])
        # bit 3: no zlib header; bits 0-2: bytes of the length
        return text(zlib.decompress(raw[1 + (head & 7) :], wbits=-15 if head & 8 else 15))

    return read


def decimal(precision: int, scale: int) -> Read:
    """DECIMAL: groups of nine digits in four bytes, fewer in fewer; the sign is the first bit."""
    whole = precision - scale
    sizes = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4]
    groups = [(sizes[whole % 9], whole % 9)] + [(4, 9)] * (whole // 9)
    fraction = [(4, 9)] * (scale // 9) + [(sizes[scale % 9], scale % 9)]
    length = sum(size for size, _ in groups + fraction)

    def read(data: bytes, at: int) -> tuple[str, int]:
        raw = bytearray(data[at : at + length])
        negative = not raw[0] & 0x80
        raw[0] ^= 0x80
        if negative:
            raw = bytearray(byte ^ 0xFF for byte in raw)
        place, parts = 0, []
        for size, digits in groups + fraction:
            if digits:
                parts.append(f"{int.from_bytes(raw[place : place + size], 'big'):0{digits}d}")
            place += size
        digits_ = "".join(parts)
        text = digits_[:whole].lstrip("0") or "0"
        if scale:
            text += "." + digits_[whole:]
        return ("-" + text if negative else text), at + length

    return read


def bits(length: int) -> Read:
    """BIT(n): one bit as 0 or 1, more as bytes."""
    size = (length + 7) // 8
    if length == 1:
        return lambda data, at: (str(data[at]), at + 1)
    return lambda data, at: (data[at : at + size].hex(), at + size)


def year(data: bytes, at: int) -> tuple[str, int]:
    """YEAR; 0 stands for 0000."""
    return str(data[at] + 1900 if data[at] else 0), at + 1


def day(data: bytes, at: int) -> tuple[str, int]:
    """DATE, also with zeros in it."""
    packed = int.from_bytes(data[at : at + 3], "little")
    return f"{packed >> 9:04d}-{packed >> 5 & 15:02d}-{packed & 31:02d}", at + 3


def wall_time(digits: int) -> Read:
    """DATETIME with so many digits of a second, also with zeros in it."""
    size = (digits + 1) // 2

    def read(data: bytes, at: int) -> tuple[str, int]:
        packed = int.from_bytes(data[at : at + 5], "big") - 0x8000000000
        months, day_ = divmod(packed >> 17, 32)
        clock = packed & 0x1FFFF
        year, month = divmod(months, 13)
        text = f"{year:04d}-{month:02d}-{day_:02d} {clock >> 12:02d}:{clock >> 6 & 63:02d}:{clock & 63:02d}"
        return text + _fraction(data[at + 5 : at + 5 + size], digits), at + 5 + size

    return read


def timestamp(digits: int) -> Read:
    """TIMESTAMP in UTC; zero is the zero date."""
    size = (digits + 1) // 2

    def read(data: bytes, at: int) -> tuple[str, int]:
        seconds = int.from_bytes(data[at : at + 4], "big")
        fraction = _fraction(data[at + 4 : at + 4 + size], digits)
        if not seconds:
            return "0000-00-00 00:00:00" + fraction, at + 4 + size
        return f"{_EPOCH + timedelta(seconds=seconds)}{fraction}", at + 4 + size

    return read


def time(digits: int) -> Read:
    """TIME, which may be negative and longer than a day."""
    size = (digits + 1) // 2

    def read(data: bytes, at: int) -> tuple[str, int]:
        end = at + 3 + size
        # whole and fraction are one number, offset so that it is never negative
        packed = int.from_bytes(data[at:end], "big") - (0x800000 << 8 * size)
        sign, packed = ("-", -packed) if packed < 0 else ("", packed)
        clock, fraction = packed >> 8 * size, packed & (1 << 8 * size) - 1
        text = f"{sign}{clock >> 12 & 0x3FF:02d}:{clock >> 6 & 63:02d}:{clock & 63:02d}"
        return text + _fraction(fraction.to_bytes(size, "big"), digits), end

    return read


def enumeration(size: int, values: Sequence[str]) -> Read:
    """ENUM; 0 is the empty text of a value that was refused."""
    texts = ["", *values]
    return lambda data, at: (texts[int.from_bytes(data[at : at + size], "little")], at + size)


def members(size: int, values: Sequence[str]) -> Read:
    """SET, in the order of its declaration."""

    def read(data: bytes, at: int) -> tuple[str, int]:
        mask = int.from_bytes(data[at : at + size], "little")
        return ",".join(value for place, value in enumerate(values) if mask >> place & 1), at + size

    return read


def uuid(raw: bytes) -> str:
    """MariaDB's UUID."""
    return str(UUID(bytes=raw.ljust(16, b"\0")))


def inet4(raw: bytes) -> str:
    """MariaDB's INET4."""
    return socket.inet_ntop(socket.AF_INET, raw.ljust(4, b"\0"))


def inet6(raw: bytes) -> str:
    """MariaDB's INET6."""
    return socket.inet_ntop(socket.AF_INET6, raw.ljust(16, b"\0"))


def hexadecimal(raw: bytes) -> str:
    """Bytes."""
    return raw.hex()


def _fraction(raw: bytes, digits: int) -> str:
    if not digits:
        return ""
    # stored with an even number of digits
    number = int.from_bytes(raw, "big") // (10 if digits % 2 else 1)
    return f".{number:0{digits}d}"
