"""What an incremental run costs: it opens the new files only, and writes the changed rows only."""

from __future__ import annotations

from tests.silver.conftest import CASES, LAST, World
from tests.silver.cost_case import CASE


def test_applied_files_are_not_opened_again(world: World) -> None:
    # all of them were garbage in this run
    for case in [*CASES, CASE]:
        for kind in ("base", "hist"):
            table = f"{kind}_cases__{case.name}"
            assert world.statuses["idle"][table] == "success", world.messages[table]


def test_only_changed_rows_are_rewritten(world: World) -> None:
    table = f"base_cases__{CASE.name}"
    before = {row[0]: row for row in world.tables[LAST][table]}
    after = {row[0]: row for row in world.tables["idle"][table]}
    assert {key for key in after if after[key] != before.get(key)} == {1, 2, 2000}
    assert (after[1][1], after[2][2], after[2000][1]) == ("changed", True, "new")


def test_only_touched_keys_of_a_history_are_rewritten(world: World) -> None:
    table = f"hist_cases__{CASE.name}"
    before, after = set(world.tables[LAST][table]), set(world.tables["idle"][table])
    assert {row[0] for row in before ^ after} == {1, 2, 3, 2000}
