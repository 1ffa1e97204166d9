"""Text of the log, which holds it in each column's own character set."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import pymysql
from pymysql.connections import Connection

from ingestion.errors import LandfallError
from ingestion.mysql.connection import rows

Decoder = Callable[[bytes], str]

BINARY = 63

_UNICODE = {
    "utf8mb4": "utf-8",
    "utf8mb3": "utf-8",
    "utf8": "utf-8",
    "ucs2": "utf-16-be",
    "utf16": "utf-16-be",
    "utf16le": "utf-16-le",
    "utf32": "utf-32-be",
}
_MULTIBYTE = {
    "big5": "big5",
    "cp932": "cp932",
    "eucjpms": "euc_jp",
    "euckr": "euc_kr",
    "gb18030": "gb18030",
    "gb2312": "gb2312",
    "gbk": "gbk",
    "sjis": "shift_jis",
    "ujis": "euc_jp",
}


class Charsets:
    """Decoders by the number of a collation, as the log gives it."""

    def __init__(self, catalog: Connection) -> None:
        self._catalog = catalog
        self._names: dict[int, str] = {}
        self._decoders: dict[int, Decoder] = {}

    @cached_property
    def of_geometry(self) -> bool:
        """Whether the log counts geometry among the columns that have one: MariaDB does, MySQL does not."""
        ((version,),) = rows(self._catalog, "select version()")
        return "mariadb" in str(version).lower()

    def decoder(self, collation: int) -> Decoder:
        """What turns bytes under this collation into text."""
        if collation not in self._decoders:
            self._decoders[collation] = self._make(self._charset(collation))
        return self._decoders[collation]

    def _charset(self, collation: int) -> str:
        if not self._names:
            self._names = dict(
                rows(
                    self._catalog,
                    "select id, character_set_name from information_schema.collations where id is not null",
                )
            )
            try:
                # MariaDB lists here those that combine with several character sets
                applicable = rows(
                    self._catalog,
                    "select id, character_set_name from "
                    "information_schema.collation_character_set_applicability",
                )
            except pymysql.MySQLError:
                applicable = []
            self._names.update(applicable)
        if collation not in self._names:
            raise LandfallError(f"the log names collation {collation}, which the server does not know")
        return self._names[collation]

    def _make(self, charset: str) -> Decoder:
        codec = _UNICODE.get(charset) or _MULTIBYTE.get(charset)
        if codec is not None:
            return lambda raw: raw.decode(codec, "replace")
        # One byte, one character: the server says which, and so does the same as in a full load.
        pairs = ", ".join(
            f"hex(convert(cast(unhex('{byte:02X}') as char character set {charset}) using utf8mb4))"
            for byte in range(256)
        )
        (found,) = rows(self._catalog, f"select {pairs}")
        table = [bytes.fromhex(text).decode("utf-8") for text in found]
        return lambda raw: "".join([table[byte] for byte in raw])
