"""The stream of a server's binary log, event by event."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

import pymysql
from pymysql.constants.COMMAND import COM_BINLOG_DUMP

from ingestion.errors import LandfallError, SourceAway
from ingestion.mysql.connection import connect


class Kind(IntEnum):
    """Events that mean something to a reader of rows."""

    QUERY = 2
    ROTATE = 4
    FORMAT = 15
    XID = 16
    EXECUTE_LOAD = 18
    TABLE_MAP = 19
    WRITE_V1 = 23
    UPDATE_V1 = 24
    DELETE_V1 = 25
    INCIDENT = 26
    HEARTBEAT = 27
    WRITE = 30
    UPDATE = 31
    DELETE = 32
    GTID = 33
    ANONYMOUS_GTID = 34
    XA_PREPARE = 38
    PARTIAL_UPDATE = 39
    TRANSACTION_PAYLOAD = 40
    HEARTBEAT_V2 = 41
    GTID_TAGGED = 42
    MARIADB_GTID = 162
    START_ENCRYPTION = 164
    QUERY_COMPRESSED = 165
    WRITE_COMPRESSED_V1 = 166
    UPDATE_COMPRESSED_V1 = 167
    DELETE_COMPRESSED_V1 = 168
    WRITE_COMPRESSED = 169
    UPDATE_COMPRESSED = 170
    DELETE_COMPRESSED = 171


# Events that say nothing about rows: stop, annotations, lists of transactions, variables, and the file of a
# LOAD DATA, which a statement follows.
_SILENT = {3, 5, 9, 11, 13, 14, 17, 28, 29, 35, 36, 37, 160, 161, 163}
_IGNORABLE = 0x80


@dataclass(frozen=True, slots=True)
class Event:
    """An event; `end` is where the next one begins in `file`, 0 where it is in no file."""

    kind: Kind
    timestamp: int
    server_id: int
    file: str
    end: int
    body: bytes


class Binlog:
    """The events from a place in the log on. The server sends a sign of life each `heartbeat` seconds."""

    def __init__(self, dsn: str, *, file: str, position: int, server_id: int, heartbeat: float) -> None:
        self._file = file
        self._checksum = 0
        self._connection = connect(dsn)
        try:
            with self._connection.cursor() as cursor:
                # checksums as the log has them, and MariaDB's own events
                cursor.execute(
                    "set @master_binlog_checksum = @@global.binlog_checksum, @mariadb_slave_capability = 4"
                )
                cursor.execute(f"set @master_heartbeat_period = {int(heartbeat * 1e9)}")
            payload = struct.pack("<IHI", position, 0, server_id) + file.encode()
            self._connection._execute_command(COM_BINLOG_DUMP, payload)
        except pymysql.MySQLError:
            self.close()
            raise

    def close(self) -> None:
        """Ends the stream."""
        # not close(): it would send a goodbye and the server is in the middle of a sentence
        self._connection._force_close()

    def close_after_first(self) -> None:
        """Ends the stream when it has begun: whether the server gives it, was all that one asked."""
        try:
            self.next()
        finally:
            self.close()

    def next(self) -> Event | None:
        """The next event, waiting for it; none for one that says nothing. Raises pymysql's errors."""
        packet = self._connection._read_packet()
        data = packet.get_all_data()
        if data[0] == 0xFE and len(data) < 9:
            raise SourceAway("the server ended its log: it is shutting down, or another reader took over")
        timestamp, kind, server_id, _, end, flags = struct.unpack_from("<IBIIIH", data, 1)
        if kind in _SILENT:
            return None
        if kind == Kind.FORMAT:
            # it always has room for a checksum, and says whether the events of its file have one
            self._checksum = 4 if data[-5] else 0
            return None
        body = data[20 : len(data) - self._checksum]
        if kind == Kind.ROTATE:
            # the first one comes before any FORMAT could tell
            has_checksum = zlib.crc32(data[1:-4]) == int.from_bytes(data[-4:], "little")
            body = data[20:-4] if has_checksum else data[20:]
            self._file = body[8:].decode()
            end = struct.unpack_from("<Q", body)[0]
        try:
            return Event(Kind(kind), timestamp, server_id, self._file, end, body)
        except ValueError:
            if flags & _IGNORABLE:
                return None
            raise LandfallError(
                f"the log holds an event of kind {kind} at {self._file}:{end}, unknown to this reader"
            ) from None


def inflate(data: bytes) -> bytes:
    """What MariaDB wrote with log_bin_compress."""
    size = data[0] & 7
    return zlib.decompress(data[1 + size :])
