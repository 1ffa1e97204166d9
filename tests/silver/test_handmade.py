"""Small CSV files with every peculiarity of those that AWS writes (data/, see also test_northwind.py).

`lines`: no header, NULL as nothing, load rows at their transfer time without change sequence, floats
like +1.40000000e+01, D with keys only, a composite key; key changes as one U, from 5 July with before
images in trailing columns. `notes`: header line, CsvNullValue \\N, text of all kinds, load rows at their
task's start.
"""

from __future__ import annotations

from datetime import date

from tests.silver.conftest import LAST, World
from tests.silver.lab import Rows

SHIPPED = date(1996, 7, 16)
LINES_LIVE = {
    (1, 11, 14.0, 12, SHIPPED),
    (2, 72, 34.8, 6, None),  # the change was committed before the row was transferred, and still is newer
    (3, 1, 11.0, 1, None),  # the old key of a change without before image: it stays, as DMS documents
    (3, 77, 11.0, 1, date(2024, 6, 1)),
    (4, 1, 11.0, None, None),
}
BEFORE = {*LINES_LIVE, (2, 11, 0.01, 1, SHIPPED)}
# 2, 11 became 2, 12 and then 6, 12; 5, 1 became 5, 77 in the transaction that inserted it
AFTER = {*LINES_LIVE, (5, 77, 11.0, 1, None), (6, 12, 0.01, 1, SHIPPED)}


def live_lines(rows: Rows) -> set[tuple[object, ...]]:
    return {(*row[:2], round(row[2], 4), *row[3:5]) for row in rows if not row[5]}


def test_key_changes_without_before_images_leave_the_old_key(world: World) -> None:
    assert live_lines(world.tables["step 0"]["base_handmade__lines"]) == BEFORE


def test_key_changes_with_before_images_remove_the_old_key(world: World) -> None:
    assert live_lines(world.tables[LAST]["base_handmade__lines"]) == AFTER
    tombstones = {row[:5] for row in world.tables[LAST]["base_handmade__lines"] if row[5]}
    assert tombstones == {
        (key, product, None, None, None) for key, product in [(1, 42), (2, 11), (2, 12), (5, 1)]
    }


def test_history_of_lines(world: World) -> None:
    told = {
        (row[0], row[1], row[3], str(row[6])[:19])
        for row in world.tables[LAST]["hist_handmade__lines"]
        if not row[5]
    }
    assert told == {
        (1, 11, 12, "2024-06-12 10:28:17"),
        (1, 42, 10, "2024-06-12 10:28:17"),
        (2, 11, 1, "2024-06-12 10:28:17"),
        (2, 12, 1, "2024-07-05 20:10:20"),
        (2, 72, 6, "2024-06-12 10:28:17"),
        (3, 1, 1, "2024-06-12 10:30:27"),
        (3, 77, 1, "2024-06-12 10:30:27"),
        (4, 1, 12, "2024-06-28 07:10:20"),
        (4, 1, None, "2024-06-28 07:10:34"),
        (5, 77, 1, "2024-07-05 20:09:37"),
        (6, 12, 1, "2024-07-05 20:10:27"),
    }


def test_text_of_all_kinds(world: World) -> None:
    assert {row[:2] for row in world.tables[LAST]["base_handmade__notes"] if not row[2]} == {
        ("quote", 'now\n"two" lines'),
        ("line", "two\nlines"),
        ("empty", None),
        ("null", None),
        ("word", "NULL"),
        ("emoji", "São Paulo 🎉"),
    }
    first = {row[:2] for row in world.tables["step 0"]["base_handmade__notes"] if not row[2]}
    assert {("empty", ""), ("newline", "two\nlines, and a \\ backslash")} <= first


def test_csv_tables_equal_a_full_refresh(world: World) -> None:
    for table in world.tables[LAST]:
        if "handmade" in table:
            assert [row[:-2] for row in world.tables[LAST][table]] == [
                row[:-2] for row in world.tables["full refresh"][table]
            ]


def test_a_load_that_carries_its_transfer_time_opens_no_generation(world: World) -> None:
    found = world.lab.query(
        "select table_name, load_started_at is null from bronze_files "
        "where source_name = 'handmade' and is_full_load order by 1"
    )
    assert found == [("lines", True), ("notes", False)]
