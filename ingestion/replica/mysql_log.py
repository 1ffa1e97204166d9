"""Reads a MySQL server's binary log and hands its changes to ChangeFiles."""

from __future__ import annotations

import re
import struct
import time
from datetime import UTC, datetime, timedelta

from pymysql.connections import Connection

from ingestion.errors import LandfallError
from ingestion.live import LiveTable
from ingestion.mysql import layouts
from ingestion.mysql.binlog import Binlog, Event, Kind, inflate
from ingestion.mysql.charsets import Charsets
from ingestion.mysql.layouts import Layout
from ingestion.mysql.server import clock, file_and_position, place
from ingestion.mysql.tables import live_tables
from ingestion.replica.change_files import ChangeFiles, Transaction

# The server gives a sign of life so often, with the end of its log.
_HEARTBEAT_SECONDS = 0.2

_STANDALONE = 1  # MariaDB's flag of a group that no COMMIT ends

# what an event of rows is: operation, images of each row, second version, compressed
_ROWS = {
    Kind.WRITE_V1: ("I", 1, False, False),
    Kind.UPDATE_V1: ("U", 2, False, False),
    Kind.DELETE_V1: ("D", 1, False, False),
    Kind.WRITE: ("I", 1, True, False),
    Kind.UPDATE: ("U", 2, True, False),
    Kind.DELETE: ("D", 1, True, False),
    Kind.WRITE_COMPRESSED_V1: ("I", 1, False, True),
    Kind.UPDATE_COMPRESSED_V1: ("U", 2, False, True),
    Kind.DELETE_COMPRESSED_V1: ("D", 1, False, True),
    Kind.WRITE_COMPRESSED: ("I", 1, True, True),
    Kind.UPDATE_COMPRESSED: ("U", 2, True, True),
    Kind.DELETE_COMPRESSED: ("D", 1, True, True),
}
_GTIDS = (Kind.MARIADB_GTID, Kind.GTID, Kind.ANONYMOUS_GTID, Kind.GTID_TAGGED)
_STATEMENTS = re.compile(r"(/\*.*?\*/\s*)*(insert|update|delete|replace|load|with)\b", re.I | re.S)

_UNREADABLE = {
    Kind.PARTIAL_UPDATE: "parts of JSON documents: set global binlog_row_value_options = ''",
    Kind.TRANSACTION_PAYLOAD: "compressed transactions: set global binlog_transaction_compression = OFF",
    Kind.START_ENCRYPTION: "encrypted events, which the server should not have sent",
    Kind.INCIDENT: "an incident: the server itself says that changes are missing",
}


class MysqlLog:
    """The changes of some tables of a schema, from `lsn` on.

    `floors`: places in the log from which on no commit counts as earlier than a time. The log's times
    are those of statements, to the second: one that waited for a lock commits after others and would
    seem earlier; and what is read after a full load began must not seem earlier than it.
    """

    def __init__(
        self,
        dsn: str,
        *,
        base: str,
        lsn: int,
        server_id: int,
        schema: str,
        tables: set[str],
        floors: dict[int, datetime],
        catalog: Connection,
        files: ChangeFiles,
    ) -> None:
        self._schema = schema
        self._names = tables
        self._floors = dict(floors)
        self._floor = datetime(1970, 1, 1, tzinfo=UTC)
        self._catalog = catalog
        self._files = files
        self._charsets = Charsets(catalog)
        self._ahead = clock(catalog) - datetime.now(UTC)
        self._layouts: dict[int, Layout | None] = {}
        self._parsed: dict[bytes, Layout] = {}
        self._begun = False
        self._in_group = False
        self._rows = 0
        self.read_until = lsn
        self._pass_floors()
        file, position = file_and_position(base, lsn)
        self._binlog = Binlog(
            dsn, file=file, position=position, server_id=server_id, heartbeat=_HEARTBEAT_SECONDS
        )

    def read(self, seconds: float, until: int | None) -> bool:
        """See ChangeLog. Nothing is waiting when the server gives a sign of life instead of an event; a
        busy one never does."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if until is not None and self._files.place.lsn >= until:
                return False
            event = self._binlog.next()
            if event is None:
                continue
            self._apply(event)
            if event.kind in (Kind.HEARTBEAT, Kind.HEARTBEAT_V2):
                return False
        return True

    def wait(self, seconds: float) -> None:
        """Nothing: reading itself waits for the server's next sign of life."""

    def confirm(self, lsn: int) -> None:
        """Nothing: the server keeps its log for as long as it is told to, whoever reads it."""

    def behind(self, end: int) -> int:
        """Bytes between what was read and `end`; within one file, or of the last one."""
        same_file = end >> 40 == self.read_until >> 40
        return max(0, end - self.read_until if same_file else end & (1 << 40) - 1)

    def close(self) -> None:
        """Ends the stream."""
        self._binlog.close()

    def _apply(self, event: Event) -> None:
        end = place(event.file, event.end) if event.end else self.read_until
        if event.kind in _GTIDS:
            self._begin(event)
        elif event.kind in (Kind.QUERY, Kind.QUERY_COMPRESSED, Kind.EXECUTE_LOAD):
            self._statement(event, end)
        elif event.kind == Kind.TABLE_MAP:
            self._layouts[layouts.table_id(event.body)] = self._layout(event.body)
        elif event.kind in _ROWS:
            self._changes(event)
        elif event.kind == Kind.XID:
            self._commit(end)
        elif event.kind == Kind.XA_PREPARE:
            self._refuse_if_changed(event, "a prepared XA transaction, which may yet be rolled back")
            self._commit(end)
        elif event.kind == Kind.ROTATE:
            # numbers of layouts begin anew with the server, and it begins a file with that
            self._layouts.clear()
        elif event.kind in _UNREADABLE:
            raise LandfallError(
                f"the log holds {_UNREADABLE[event.kind]} (at {event.file}:{event.end}); after that, load "
                "again with --reload"
            )
        self.read_until = max(self.read_until, end)
        self._pass_floors()
        if not self._begun:
            self._files.idle_until(self.read_until, self._floor)

    def _pass_floors(self) -> None:
        for lsn in [lsn for lsn in self._floors if lsn <= self.read_until]:
            self._floor = max(self._floor, self._floors.pop(lsn))

    def _begin(self, event: Event) -> None:
        number, in_group, exact = "", False, None
        if event.kind == Kind.MARIADB_GTID:
            sequence, domain, flags = struct.unpack_from("<QIB", event.body)
            number = f"{domain:08X}{event.server_id:08X}{sequence:016X}"
            in_group = not flags & _STANDALONE
        else:
            number = (event.body[1:17] + event.body[17:25][::-1])[-16:].hex().upper()
            if event.kind != Kind.GTID_TAGGED and len(event.body) >= 49:
                # MySQL tells the commit's microsecond; the 56th bit is a flag
                exact = int.from_bytes(event.body[42:49], "little") & (1 << 55) - 1
        self._start(event, number, exact)
        self._in_group = in_group

    def _start(self, event: Event, number: str, exact: int | None = None) -> None:
        moment = datetime.fromtimestamp(0, UTC) + timedelta(
            microseconds=exact if exact is not None else event.timestamp * 1_000_000
        )
        if self._to_come(moment):
            # this machine's clock may have been set since it was compared
            self._ahead = clock(self._catalog) - datetime.now(UTC)
        if self._to_come(moment):
            # somebody's `set timestamp`: a time that has not come is nobody's commit time
            moment = self._floor
        self._floor = max(self._floor, moment)
        self._rows = 0
        self._begun = True
        self._files.begin(Transaction(self._floor, f"{event.file}:{event.end}", number))

    def _to_come(self, moment: datetime) -> bool:
        return moment > datetime.now(UTC) + self._ahead + timedelta(seconds=2)

    def _statement(self, event: Event, end: int) -> None:
        schema, sql = _query(event)
        words = sql[:40].upper().split()
        first = words[0] if words else ""
        if first == "BEGIN" or words[:2] == ["XA", "START"]:
            if not self._begun:
                self._start(event, "")
            self._in_group = True
        elif first == "COMMIT":
            self._commit(end)
        elif first == "ROLLBACK":
            self._refuse_if_changed(event, "a rollback of changes that it told before")
            if len(words) == 1:
                self._commit(end)
        elif first not in ("SAVEPOINT", "XA"):
            if _STATEMENTS.match(sql) and self._concerns(schema, sql):
                raise LandfallError(
                    f"the log holds a statement instead of its rows (at {event.file}:{event.end}), and what "
                    "it did is not known: no session may set its own binlog_format; load again with --reload"
                )
            if not self._in_group:
                self._commit(end)
        elif not self._in_group:
            self._commit(end)

    def _concerns(self, schema: str, sql: str) -> bool:
        named = any(re.search(rf"\b{re.escape(name)}\b", sql) for name in self._names)
        return named and (schema == self._schema or self._schema in sql)

    def _commit(self, end: int) -> None:
        self._begun = self._in_group = False
        self._files.commit(end, self._floor)

    def _layout(self, body: bytes) -> Layout | None:
        schema, name = layouts.table_name(body)
        if schema != self._schema or name not in self._names:
            return None
        # without its number, which is another each time the table is opened
        known = self._parsed.get(body[6:])
        if known is None:
            known = self._parsed[body[6:]] = layouts.parse(body, self._charsets, self._live)
        return known

    def _live(self, schema: str, name: str) -> LiveTable | None:
        try:
            return live_tables(self._catalog, schema, [name])[name]
        except LandfallError:
            return None  # dropped since

    def _changes(self, event: Event) -> None:
        layout = self._layouts.get(layouts.table_id(event.body))
        if layout is None:
            return
        operation, images, second_version, compressed = _ROWS[event.kind]
        body = event.body
        at, count, whole = layouts.row_event(body, second_version=second_version, images=images)
        if not whole or count != len(layout.reads):
            raise LandfallError(
                f"the log holds parts of rows of {layout.table.schema}.{layout.table.name} (at "
                f"{event.file}:{event.end}): no session may set its own binlog_row_image; load again with "
                "--reload"
            )
        if compressed:
            body, at = inflate(body[at:]), 0
        table = layout.table
        key = [place for place, column in enumerate(table.columns) if column.name in table.primary_key]
        if operation != "I" and not key:
            # as with PostgreSQL: nothing would tell which row it was
            return
        none: list[str | None] = [None] * len(key)
        for row in layouts.read_rows(body, at, layout, images):
            old, new = row[0], row[-1]
            before = none
            if images == 2 and any(old[part] != new[part] for part in key):
                before = [old[part] for part in key]
            self._files.add(table, operation, new, before)
            self._rows += 1

    def _refuse_if_changed(self, event: Event, what: str) -> None:
        if self._rows:
            raise LandfallError(
                f"the log holds {what} (at {event.file}:{event.end}), which the replica cannot take back; "
                "load again with --reload"
            )


def _query(event: Event) -> tuple[str, str]:
    """Schema and text of a statement."""
    body = event.body
    schema_length, variables = body[8], int.from_bytes(body[11:13], "little")
    # LOAD DATA also tells which file, and where its name stands in the statement
    at = (26 if event.kind == Kind.EXECUTE_LOAD else 13) + variables
    schema = body[at : at + schema_length].decode("utf-8", "replace")
    text = body[at + schema_length + 1 :]
    if event.kind == Kind.QUERY_COMPRESSED:
        text = inflate(text)
    return schema, text.decode("utf-8", "replace").strip()
