"""Reads a PostgreSQL replication slot and hands its changes to ChangeFiles."""

from __future__ import annotations

import select
import time

import psycopg2
import psycopg2.extensions
from psycopg2.extras import ReplicationCursor

from ingestion.errors import LandfallError, SourceAway
from ingestion.live import LiveTable
from ingestion.postgres.connection import connect_to_log, first_line, trouble
from ingestion.postgres.tables import live_column, live_table, live_tables
from ingestion.replica import pgoutput
from ingestion.replica.change_files import ChangeFiles, Transaction
from ingestion.replica.pgoutput import Begin, Change, Commit, Relation, Row, Unchanged
from ingestion.sql import sql_name

# A replica that was killed holds its slot until the server notices: wait that long for it.
_SLOT_BUSY_SECONDS = 15.0


class PostgresLog:
    """The stream of a slot's changes, from `lsn` on."""

    def __init__(
        self,
        dsn: str,
        *,
        slot: str,
        publications: list[str],
        lsn: int,
        catalog: psycopg2.extensions.connection,
        files: ChangeFiles,
    ) -> None:
        self._catalog = catalog
        self._files = files
        self._start = lsn
        self._skipping = False
        self._tables: dict[int, LiveTable] = {}
        self._connection = connect_to_log(dsn)
        self._cursor = self._open(slot, publications)

    @property
    def read_until(self) -> int:
        """The log's position up to which everything has been received."""
        return int(self._cursor.wal_end)

    def close(self) -> None:
        """Lets go of the slot."""
        self._connection.close()

    def read(self, seconds: float, until: int | None) -> bool:
        """See ChangeLog."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if until is not None and self._files.place.lsn >= until:
                return False
            message = self._cursor.read_message()
            if message is None:
                self._files.idle_until(self.read_until)
                return False
            self._apply(message.payload)
        return True

    def wait(self, seconds: float) -> None:
        """Sleeps until the server sends something, for `seconds` at most."""
        select.select([self._cursor], [], [], seconds)

    def confirm(self, lsn: int) -> None:
        """Tells the server that the log before `lsn` may go, and asks where its end is."""
        self._cursor.send_feedback(write_lsn=lsn, flush_lsn=lsn, reply=True)  # type: ignore[no-untyped-call]

    def behind(self, end: int) -> int:
        """Bytes of log between what was read and `end`."""
        return max(0, end - self.read_until)

    def _open(self, slot: str, publications: list[str]) -> ReplicationCursor:
        deadline = time.monotonic() + _SLOT_BUSY_SECONDS
        while True:
            cursor = self._connection.cursor()
            try:
                cursor.start_replication(
                    slot_name=slot,
                    start_lsn=self._start,
                    decode=False,
                    options={"proto_version": "1", "publication_names": ",".join(publications)},
                )
                return cursor
            except psycopg2.errors.ObjectInUse as error:
                if time.monotonic() > deadline:
                    raise SourceAway(
                        f"slot '{slot}' is in use ({first_line(error)}): stop that reader, or end its "
                        "session with pg_terminate_backend"
                    ) from None
                time.sleep(0.2)
            except psycopg2.Error as error:
                if isinstance(trouble(error), SourceAway):
                    raise
                raise LandfallError(
                    f"cannot read slot '{slot}': {first_line(error)}; changes since the checkpoint "
                    "may be lost, so load again with --reload"
                ) from None

    def _apply(self, payload: bytes) -> None:
        message = pgoutput.decode(payload)
        match message:
            case Begin():
                # the server may send again what the checkpoint already covers
                self._skipping = message.lsn < self._start
                if not self._skipping:
                    self._files.begin(
                        Transaction(
                            message.committed_at,
                            f"{message.lsn >> 32:X}/{message.lsn & 0xFFFFFFFF:08X}",
                            f"{message.xid:032X}",
                        )
                    )
            case Commit():
                if not self._skipping:
                    self._files.commit(message.end_lsn)
            case Relation():
                self._tables[message.oid] = self._table(message)
            case Change() if not self._skipping:
                self._change(self._tables[message.relation_oid], message)

    def _change(self, table: LiveTable, change: Change) -> None:
        key = [column.name in table.primary_key for column in table.columns]
        if change.new is None:
            old = change.old or []
            values = _known(old if change.old_is_full else _only(old, key))
            self._files.add(table, "D", values, [None] * sum(key))
            return
        new = change.new
        if Unchanged.UNCHANGED in new:
            new = self._with_unchanged(table, change)
        before: list[str | None] = [None] * sum(key)
        if change.old is not None:
            pairs = [(o, n) for o, n, part in zip(change.old, new, key, strict=True) if part]
            if any(o != n for o, n in pairs):
                before = _known([o for o, _ in pairs])
        self._files.add(table, change.operation, _known(new), before)

    def _with_unchanged(self, table: LiveTable, change: Change) -> Row:
        """Fills in the TOASTed values that an update left alone: from the old row where the log has
        it, else from the source, where they may be newer than this change, never older."""
        new = change.new or []
        missing = [at for at, value in enumerate(new) if value is Unchanged.UNCHANGED]
        if change.old_is_full and change.old is not None:
            found = [change.old[at] for at in missing]
        else:
            found = self._look_up(table, new, missing)
        filled = list(new)
        for at, value in zip(missing, found, strict=True):
            filled[at] = value
        return filled

    def _look_up(self, table: LiveTable, row: Row, missing: list[int]) -> Row:
        """What the source holds now in the `missing` columns of a row; none for a row, a column or a
        table that has gone since."""
        try:
            live = live_tables(self._catalog, table.schema, [table.name])[table.name]
        except LandfallError:
            return [None] * len(missing)
        still_there = {column.name for column in live.columns}
        key = [
            (column.name, value)
            for column, value in zip(table.columns, row, strict=True)
            if column.name in table.primary_key
        ]
        if not still_there.issuperset(name for name, _ in key):
            return [None] * len(missing)
        names = [table.columns[at].name for at in missing]
        columns = ", ".join(f"{sql_name(name)}::text" if name in still_there else "null" for name in names)
        where = " and ".join(f"{sql_name(name)} = %s" for name, _ in key)
        with self._catalog.cursor() as cursor:
            try:
                cursor.execute(
                    f"select {columns} from {table.sql} where {where}", [value for _, value in key]
                )
                found = cursor.fetchone()
            except psycopg2.DataError:
                # the key has another type now: this row is written again later in the log
                found = None
        return list(found or [None] * len(missing))

    def _live_key(self, relation: Relation) -> tuple[str, ...]:
        return live_tables(self._catalog, relation.schema, [relation.name])[relation.name].primary_key

    def _table(self, relation: Relation) -> LiveTable:
        # the key as it was when the change was made; under FULL the log flags every column
        key = tuple(column.name for column in relation.columns if column.is_key)
        try:
            if relation.identity == "f":
                key = self._live_key(relation)
        except LandfallError:
            # dropped since: its last changes still belong under the key that it had
            known = self._tables.get(relation.oid)
            key = known.primary_key if known else ()
        columns = []
        with self._catalog.cursor() as cursor:
            for column in relation.columns:
                cursor.execute(
                    "select case typtype when 'd' then format_type(typbasetype, typtypmod) "
                    "else format_type(oid, %s) end from pg_type where oid = %s",
                    (column.type_modifier, column.type_oid),
                )
                found = cursor.fetchone()
                columns.append(live_column(column.name, found[0] if found else "text"))
        return live_table(relation.schema, relation.name, columns, key)


def _only(row: Row, wanted: list[bool]) -> Row:
    return [value if keep else None for value, keep in zip(row, wanted, strict=True)]


def _known(row: Row) -> list[str | None]:
    return [None if isinstance(value, Unchanged) else value for value in row]
