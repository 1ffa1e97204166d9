"""A table without a key: each insert is a row, whatever arrives twice, and a newer load begins anew."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.silver.cases import Case
from tests.silver.conftest import LAST, World
from tests.silver.keyless_cases import CASES
from tests.silver.lab import Rows

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
# after the columns of all these cases: id, v, and then ours
CHANGE_ID, IS_DELETED, APPLIED_AT = 2, 3, -1


def live(rows: Rows) -> set[tuple[Any, ...]]:
    """As a case tells it: each row with its number."""
    counted = Counter(row[:2] for row in rows if not row[IS_DELETED])
    return {(*row, count) for row, count in counted.items()}


@each_case
def test_each_insert_is_a_row(world: World, case: Case) -> None:
    rows = world.tables[LAST][f"base_cases__{case.name}"]
    assert live(rows) == case.live
    assert len({row[CHANGE_ID] for row in rows}) == len(rows)


@each_case
def test_incremental_equals_full_refresh(world: World, case: Case) -> None:
    table = f"base_cases__{case.name}"
    incremental, anew = world.tables[LAST][table], world.tables["full refresh"][table]
    assert [row[:-2] for row in incremental] == [row[:-2] for row in anew]


@each_case
def test_a_run_without_arrivals_opens_no_file_and_rewrites_nothing(world: World, case: Case) -> None:
    table = f"base_cases__{case.name}"
    assert world.statuses["idle"][table] == "success", world.messages[table]
    assert world.tables["idle"][table] == world.tables[LAST][table]


def test_rows_that_were_there_are_not_written_again(world: World) -> None:
    before, after = (world.tables[run]["base_cases__keyless"] for run in ("step 0", LAST))
    written = {row[CHANGE_ID]: row[APPLIED_AT] for row in after}
    loaded = {row[CHANGE_ID]: row[APPLIED_AT] for row in before if row[1] != "twin"}
    assert loaded.items() <= written.items() and len(loaded) == 3
