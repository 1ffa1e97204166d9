"""The layout of a table as MySQL's log tells it, where MariaDB's, which runs in the other tests, differs."""

from __future__ import annotations

from ingestion.mysql.charsets import Charsets, Decoder
from ingestion.mysql.layouts import parse, read_rows

UTF8MB4, BINARY = 255, 63


class OfMysql(Charsets):
    """Those of a server that does not count geometry among the columns with a character set."""

    def __init__(self) -> None:
        self.of_geometry = False

    def decoder(self, collation: int) -> Decoder:
        assert collation == UTF8MB4
        return bytes.decode


def counted(*parts: bytes) -> bytes:
    return b"".join(bytes([len(part)]) + part for part in parts)


def test_a_geometry_has_no_character_set_in_mysqls_log() -> None:
    # id int, loc point, name varchar(20), raw varbinary(20)
    charsets = b"\xfc" + UTF8MB4.to_bytes(2, "little") + bytes([BINARY])
    body = (
        b"\x2a\0\0\0\0\0\x01\0"
        + counted(b"shop") + b"\0" + counted(b"places") + b"\0"
        + counted(bytes([3, 255, 15, 15]), bytes([4, 20, 0, 20, 0])) + b"\x0e"
        + b"\x01" + counted(b"\0")
        + b"\x03" + counted(charsets)
        + b"\x04" + counted(counted(b"id", b"loc", b"name", b"raw"))
        + b"\x08" + counted(b"\0")
    )  # fmt: skip
    layout = parse(body, OfMysql(), lambda schema, name: None)
    assert [column.type for column in layout.table.columns] == ["int", "geometry", "varchar", "varbinary"]
    assert layout.table.primary_key == ("id",)
    row = b"\0" + (7).to_bytes(4, "little") + b"\x02\0\0\0\x01\x02" + counted("é".encode(), b"\xff")
    assert read_rows(row, 0, layout, 1) == [[["7", "0102", "é", "ff"]]]
