"""The decoder, on messages put together by hand after the manual."""

import struct
from datetime import UTC, datetime

from ingestion.replica.pgoutput import Begin, Change, Commit, Relation, RelationColumn, Unchanged, decode


def text(value: str) -> bytes:
    raw = value.encode()
    return b"t" + struct.pack("!I", len(raw)) + raw


def row(*parts: bytes) -> bytes:
    return struct.pack("!H", len(parts)) + b"".join(parts)


def test_begin_holds_the_commit_time_to_the_microsecond() -> None:
    microseconds = int(
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC) - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds()
    )
    payload = b"B" + struct.pack("!QQI", 0x1_0000_00AB, microseconds * 1_000_000 + 678901, 77)
    assert decode(payload) == Begin(0x1_0000_00AB, datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), 77)


def test_commit_tells_where_the_log_goes_on() -> None:
    assert decode(b"C" + struct.pack("!BQQQ", 0, 10, 20, 30)) == Commit(20)


def test_relation() -> None:
    columns = struct.pack("!H", 2) + b"\x01id\0" + struct.pack("!Ii", 23, -1)
    columns += b"\x00" + "naïve".encode() + b"\0" + struct.pack("!Ii", 1700, 655366)
    payload = b"R" + struct.pack("!I", 99) + b"public\0" + b"t\0" + b"d" + columns
    assert decode(payload) == Relation(
        99,
        "public",
        "t",
        "d",
        (RelationColumn("id", 23, -1, True), RelationColumn("naïve", 1700, 655366, False)),
    )


def test_insert_keeps_null_apart_from_the_empty_string() -> None:
    payload = b"I" + struct.pack("!I", 5) + b"N" + row(text("1"), b"n", text(""))
    assert decode(payload) == Change("I", 5, None, False, ["1", None, ""])


def test_update_of_a_key_brings_the_old_key_and_marks_an_unchanged_toast_value() -> None:
    payload = b"U" + struct.pack("!I", 5) + b"K" + row(text("1"), b"n") + b"N" + row(text("2"), b"u")
    assert decode(payload) == Change("U", 5, ["1", None], False, ["2", Unchanged.UNCHANGED])


def test_delete_under_full_replica_identity_brings_the_whole_row() -> None:
    payload = b"D" + struct.pack("!I", 5) + b"O" + row(text("1"), text("x"))
    assert decode(payload) == Change("D", 5, ["1", "x"], True, None)


def test_truncate_has_no_place_in_bronze() -> None:
    assert decode(b"T" + struct.pack("!IBI", 1, 0, 5)) is None
