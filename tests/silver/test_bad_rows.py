"""Rows that no change can be made of are in rejected_rows, by file and reason, and nowhere else."""

from __future__ import annotations

from collections import Counter

from tests.silver.bad_row_cases import REJECTED
from tests.silver.conftest import LAST, World

TABLE, FILE, REASON, TEXT = 1, 2, 3, 4


def counted(world: World, run: str) -> Counter[tuple[str, str, str]]:
    return Counter(
        (row[TABLE], row[FILE].split("/")[-1], row[REASON]) for row in world.tables[run]["rejected_rows"]
    )


def test_each_rejected_row_is_told_once_with_its_file_and_reason(world: World) -> None:
    assert counted(world, LAST) == REJECTED
    assert {row[0] for row in world.tables[LAST]["rejected_rows"]} == {"cases"}


def test_rejected_rows_are_the_same_after_a_full_refresh(world: World) -> None:
    incremental, anew = (
        [row[:-1] for row in world.tables[run]["rejected_rows"]] for run in (LAST, "full refresh")
    )
    assert incremental == anew


def test_a_rejected_row_is_kept_as_it_was_sent(world: World) -> None:
    texts = {(row[TABLE], row[REASON]): row[TEXT] for row in world.tables[LAST]["rejected_rows"]}
    assert texts["bad_csv_rows", 'n: "seven" is no smallint'] == (
        "U,2024-03-01 10:00:00.000000,1,value,seven,20240301100000000000000000000000077,"
    )
    # all that an unclosed quote swallowed
    assert "U,\nI,lost" in texts["bad_csv_rows", "2 fields where the rows of its file have 7"]
    assert texts["bad_rows", 'unknown Op "X"'] == (
        "X,2024-03-01 10:00:00.000000,20240301100000000000000000000000065,id=1"
    )


def test_checked_files_are_not_read_again(world: World) -> None:
    # all of them were garbage in this run
    assert world.statuses["idle"]["bronze_rows_checked"] == "success"
    assert world.tables["idle"]["rejected_rows"] == world.tables[LAST]["rejected_rows"]
