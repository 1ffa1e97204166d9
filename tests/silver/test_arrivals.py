"""Redelivery and disorder: whatever arrives, and when, silver is what the source is."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.silver.cases import Case, moment
from tests.silver.conftest import CASES, LAST, World
from tests.silver.drift_cases import BROKEN
from tests.silver.lab import Rows

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
# places of ours after the source's columns; _is_deleted is the first
VALID_FROM, VALID_TO = 1, 2
WHEN_WE_KNEW = 2  # _noticed_at and _applied_at, the last two


def live(case: Case, rows: Rows) -> set[tuple[Any, ...]]:
    width = len(case.columns)
    found = [tuple(_plain(value) for value in row[:width]) for row in rows if not row[width]]
    assert len(found) == len(set(found))
    return set(found)


def lives(case: Case, rows: Rows) -> set[tuple[Any, ...]]:
    """Live states that lasted, as a case tells them."""
    width = len(case.columns)
    found = set()
    for row in rows:
        start, end = row[width + VALID_FROM], row[width + VALID_TO]
        if not row[width] and (end is None or end > start):
            found.add((*row[:width], start, end))
    return found


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | None) else str(value)


def _time(clock: str | None) -> datetime | None:
    return datetime.fromisoformat(moment(clock)) if clock else None


@each_case
def test_base_is_what_the_source_is(world: World, case: Case) -> None:
    assert live(case, world.tables[LAST][f"base_cases__{case.name}"]) == case.live


@each_case
def test_history_ends_with_what_the_source_is(world: World, case: Case) -> None:
    width = len(case.columns)
    open_ended = [
        row for row in world.tables[LAST][f"hist_cases__{case.name}"] if row[width + VALID_TO] is None
    ]
    assert live(case, open_ended) == case.live


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.lives is not None], ids=lambda case: case.name
)
def test_history_is_what_the_source_went_through(world: World, case: Case) -> None:
    told = {(*life[:-2], _time(life[-2]), _time(life[-1])) for life in case.lives or ()}
    assert lives(case, world.tables[LAST][f"hist_cases__{case.name}"]) == told


@each_case
def test_history_has_no_gap_and_no_overlap(world: World, case: Case) -> None:
    width = len(case.columns)
    by_key: dict[tuple[Any, ...], list[tuple[datetime, datetime | None]]] = {}
    for row in world.tables[LAST][f"hist_cases__{case.name}"]:
        key = tuple(row[list(case.columns).index(name)] for name in case.key)
        by_key.setdefault(key, []).append((row[width + VALID_FROM], row[width + VALID_TO]))
    for intervals in by_key.values():
        intervals.sort(key=lambda interval: interval[0])
        if intervals[0][0] == intervals[0][1]:
            # a load's row that was inserted only after the load's start: kept, for no time
            del intervals[0]
        for (start, end), (following, _) in pairwise(intervals):
            assert end == following and end > start
        assert intervals[-1][1] is None


@each_case
def test_incremental_equals_full_refresh(world: World, case: Case) -> None:
    for kind in ("base", "hist"):
        table = f"{kind}_cases__{case.name}"
        incremental, anew = world.tables[LAST][table], world.tables["full refresh"][table]
        if case.overwritten:
            if kind == "base":
                assert live(case, incremental) == live(case, anew)
        else:
            assert [row[:-WHEN_WE_KNEW] for row in incremental] == [row[:-WHEN_WE_KNEW] for row in anew]


@each_case
def test_a_run_without_arrivals_rewrites_nothing(world: World, case: Case) -> None:
    for kind in ("base", "hist"):
        table = f"{kind}_cases__{case.name}"
        assert world.tables["idle"][table] == world.tables[LAST][table]


@each_case
def test_no_run_fails(world: World, case: Case) -> None:
    for name, statuses in world.statuses.items():
        for kind in ("base", "hist"):
            status = statuses.get(f"{kind}_cases__{case.name}", "not run")
            assert status == "success" or (status == "not run" and name in ("step 1", LAST)), world.messages


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_a_value_that_its_declared_type_cannot_hold_stops_its_table_and_damages_nothing(
    world: World, case: Case
) -> None:
    for kind in ("base", "hist"):
        table = f"{kind}_cases__{case.name}"
        assert world.statuses["step 0"][table] == "success"
        for run in ("step 1", "idle", "full refresh"):
            assert world.statuses[run][table] == "error"
            assert live(case, world.tables[run][table]) == case.live
        assert "70000" in world.messages[table] or "seven" in world.messages[table]
