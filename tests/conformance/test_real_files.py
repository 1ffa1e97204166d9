"""The files of a real DMS task (LANDFALL_SHARED_DATA or ../shared/data), made again.

Their rows are turned back into the statements that made them, which run on a live PostgreSQL; the replica,
with the real task's settings, must write the same rows, field by field except times. The counters of the
change sequence must be the same too: the real task's began at 61, and so does the replica's.
"""

from __future__ import annotations

import csv
from itertools import groupby
from pathlib import Path

import psycopg2
import pytest
from psycopg2.sql import SQL, Identifier

from tests.conformance.conftest import AS_IN_JULY, AS_IN_JUNE, Fields, Live
from tests.conftest import shared_data

FOLDER = shared_data("northwind_dms")

# the real files are not ours to publish; the other modules show each of their facts without them
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the real files are not here (LANDFALL_SHARED_DATA)")

KEYS = {"orders": ["order_id"], "order_details": ["order_id", "product_id"]}

# June's files do not tell the old key of a changed one: what the order's lines went through
OLD_KEYS = {
    ("20000", "77"): ("20000", "1"),
    ("30000", "77"): ("30000", "1"),
    ("30001", "77"): ("30001", "1"),
    ("30001", "66"): ("30001", "77"),
    ("30002", "77"): ("30002", "1"),
    ("30002", "66"): ("30002", "77"),
    ("30004", "66"): ("30004", "1"),
    ("30004", "77"): ("30004", "2"),
}


def read(*paths: Path) -> list[Fields]:
    rows = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.reader(file))
    return rows


class Northwind:
    """The schema of the real source, filled from the LOAD files."""

    def __init__(self, live: Live) -> None:
        assert FOLDER is not None
        self.folder = FOLDER / "public"
        self._connection = psycopg2.connect(live.dsn)
        cursor = self._connection.cursor()
        cursor.execute((FOLDER / "tables.sql").read_text("utf-8"))
        for table, key in KEYS.items():
            cursor.execute(f"alter table {table} add primary key ({', '.join(key)})")
        cursor.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        self.tables = sorted(name for (name,) in cursor.fetchall())
        for table in self.tables:
            for path in sorted((self.folder / table).glob("LOAD*")):
                for row in read(path):
                    self._insert(table, row[2:-1])
        self._connection.commit()
        cursor.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = 'public' order by ordinal_position"
        )
        self._columns: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            self._columns.setdefault(table, []).append(column)

    def real_changes(self, table: str, day: str) -> list[Fields]:
        return read(*sorted((self.folder / table).glob(f"{day}-*.csv")))

    def replay(self, day: str) -> None:
        """Every transaction of a day, in the order of its change sequence."""
        changes = []
        for table, key in KEYS.items():
            width = len(self._columns[table])
            for row in self.real_changes(table, day):
                sequence, before = row[2 + width], row[3 + width :]
                changes.append(
                    (sequence, row[1], table, row[0], row[2 : 2 + width], before or [""] * len(key))
                )
        for _, transaction in groupby(sorted(changes), key=lambda change: change[1]):
            for _, _, table, operation, row, before in transaction:
                self._change(table, operation, row, before)
            self._connection.commit()

    def _change(self, table: str, operation: str, row: Fields, before: Fields) -> None:
        key = KEYS[table]
        new_key = tuple(row[: len(key)])
        old_key = tuple(before) if before[0] else OLD_KEYS.get(new_key, new_key)
        where = SQL(" and ").join(SQL("{} = %s").format(Identifier(name)) for name in key)
        cursor = self._connection.cursor()
        if operation == "I":
            self._insert(table, row)
            return
        if operation == "D":
            cursor.execute(SQL("delete from {} where {}").format(Identifier(table), where), new_key)
        else:
            columns = SQL(", ").join(SQL("{} = %s").format(Identifier(c)) for c in self._columns[table])
            if old_key != new_key and not self._is_there(table, old_key):
                old_key = new_key
            cursor.execute(
                SQL("update {} set {} where {}").format(Identifier(table), columns, where),
                [value or None for value in row] + list(old_key),
            )
        assert cursor.rowcount == 1, (table, operation, row)

    def _is_there(self, table: str, key: tuple[str, ...]) -> bool:
        cursor = self._connection.cursor()
        where = SQL(" and ").join(SQL("{} = %s").format(Identifier(name)) for name in KEYS[table])
        cursor.execute(SQL("select 1 from {} where {}").format(Identifier(table), where), key)
        return cursor.fetchone() is not None

    def _insert(self, table: str, row: Fields) -> None:
        places = SQL(", ").join([SQL("%s")] * len(row))
        self._connection.cursor().execute(
            SQL("insert into {} values ({})").format(Identifier(table), places),
            [value or None for value in row],
        )


def without_times(rows: list[Fields], width: int) -> list[Fields]:
    """Rows with the counter of the change sequence alone, and without the commit time."""
    return [[row[0], *row[2 : 2 + width], row[2 + width][16:], *row[3 + width :]] for row in rows]


def test_e02_e09_e12_e13_e16_the_real_full_load_is_written_again_to_the_character(live: Live) -> None:
    northwind = Northwind(live)
    replica = live.replica(*northwind.tables, rules=AS_IN_JUNE)
    assert sum(replica.run().loaded_rows.values()) == 3362
    real = sorted(path.relative_to(northwind.folder).as_posix() for path in northwind.folder.glob("*/LOAD*"))
    assert sorted(replica.files()) == real
    for key in real:
        # the second field, of always the same width, is the time of transfer
        written, expected = replica.text(key), (northwind.folder / key).read_text("utf-8")
        assert [line[:2] + line[28:] for line in written.split("\n")] == [
            line[:2] + line[28:] for line in expected.split("\n")
        ]


@pytest.mark.parametrize(
    ("day", "rules"), [("202406*", AS_IN_JUNE), ("20240705", AS_IN_JULY)], ids=["June", "July"]
)
def test_e15_e17_e18_e19_e21_the_real_changes_are_written_again_field_by_field(
    live: Live, day: str, rules: tuple[object, ...]
) -> None:
    northwind = Northwind(live)
    # the task was made anew on 28 June: its counter began again
    for part in ("20240612", "20240628") if day == "202406*" else (day,):
        replica = live.replica("orders", "order_details", rules=rules)
        replica.run()
        northwind.replay(part)
        replica.run()
        for table, width in (("orders", 14), ("order_details", 5)):
            real = northwind.real_changes(table, part)
            written = replica.changes(table)
            assert without_times(written, width) == without_times(real, width)
            for row in written:
                assert row[2 + width][:16] == row[1].translate(str.maketrans("", "", "-: ."))[:16]
