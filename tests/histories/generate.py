"""Random steps, from hypothesis (which shrinks) or from a seed (for histories of any length)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from tests.histories.steps import (
    KEYS,
    Build,
    Check,
    Ddl,
    Delete,
    FullRefresh,
    Insert,
    KillBuild,
    KillReplica,
    Rekey,
    Reload,
    Replicate,
    Statement,
    Step,
    Swap,
    Table,
    Truncate,
    Update,
    Work,
)

T = TypeVar("T")
SESSIONS = 3


class Chooser(Protocol):
    """Where choices come from. Smaller numbers are simpler: histories shrink towards them."""

    def integer(self, low: int, high: int) -> int:
        """A number, both ends included."""


class Seeded:
    """Choices of a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def integer(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


class _Drawn:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))


def pick(chooser: Chooser, weighted: Sequence[tuple[int, T]]) -> T:
    """One of several, by weight."""
    at = chooser.integer(0, sum(weight for weight, _ in weighted) - 1)
    for weight, item in weighted:
        if at < weight:
            return item
        at -= weight
    raise AssertionError


def statement(chooser: Chooser) -> Statement:
    """One statement; nearly all on the two tables with a key."""
    table: Table = pick(chooser, [(10, "things"), (9, "lines"), (1, "events")])
    kind = "insert" if table == "events" else pick(
        chooser, [(6, "insert"), (6, "update"), (4, "delete"), (3, "rekey"), (2, "swap"), (1, "all")]
    )  # fmt: skip
    key = chooser.integer(0, KEYS - 1)
    match kind:
        case "insert":
            return Insert(table, key, chooser.integer(0, 11))
        case "update":
            return Update(table, key, chooser.integer(0, 20), chooser.integer(0, 11))
        case "delete":
            return Delete(table, key)
        case "rekey":
            return Rekey(table, key, chooser.integer(0, KEYS - 1))
        case "swap":
            return Swap(table, key, chooser.integer(0, KEYS - 1))
    if chooser.integer(0, 3) == 3:
        return Delete(table, None)
    return Update(table, None, chooser.integer(0, 20), chooser.integer(0, 11))


def work(chooser: Chooser) -> Work:
    """Some statements of a session; its transaction often stays open for later steps."""
    statements = tuple(statement(chooser) for _ in range(chooser.integer(1, 6)))
    end = pick(chooser, [(6, "commit"), (1, "rollback"), (2, None)])
    return Work(chooser.integer(0, SESSIONS - 1), statements, end)  # type: ignore[arg-type]


def control(chooser: Chooser) -> Step:
    """Something that happens to the replica, to dbt or to the layout."""
    file_kb = pick(chooser, [(2, 32000), (1, 1)])
    keyed: Table = pick(chooser, [(1, "things"), (1, "lines")])
    kind = pick(
        chooser,
        [
            (8, "replicate"),
            (6, "build"),
            (6, "kill replica"),
            (3, "kill build"),
            (2, "ddl"),
            (1, "reload"),
            (1, "kill reload"),
            (1, "full refresh"),
            (1, "truncate"),
            (1, "check"),
        ],
    )
    match kind:
        case "replicate":
            return Replicate(chooser.integer(0, 2) == 2, file_kb)
        case "build":
            return Build(chooser.integer(0, 2) == 2)
        case "kill replica":
            return KillReplica(chooser.integer(1, 12), False, file_kb)
        case "kill reload":
            return KillReplica(chooser.integer(1, 16), True, file_kb)
        case "kill build":
            return KillBuild(chooser.integer(1, 40) * 30)
        case "ddl":
            return Ddl(pick(chooser, [(1, "add"), (1, "drop"), (1, "widen")]), keyed)
        case "reload":
            prepare = pick(chooser, [(1, "DO_NOTHING"), (1, "DROP_AND_CREATE")])
            return Reload(prepare, chooser.integer(0, 1) == 1)  # type: ignore[arg-type]
        case "truncate":
            return Truncate(pick(chooser, [(1, "things"), (1, "lines"), (1, "events")]))
        case "full refresh":
            return FullRefresh()
    return Check()


def step(chooser: Chooser, works_per_control: int) -> Step:
    """The next step of a history."""
    return work(chooser) if chooser.integer(0, works_per_control) else control(chooser)


@st.composite
def _drawn_step(draw: st.DrawFn) -> Step:
    return step(_Drawn(draw), 2)


def histories(longest: int) -> st.SearchStrategy[list[Step]]:
    """Short histories that hypothesis can shrink."""
    return st.lists(_drawn_step(), min_size=1, max_size=longest)


def endless(seed: int, works_per_control: int) -> Iterator[Step]:
    """The steps of a seed."""
    chooser = Seeded(seed)
    while True:
        yield step(chooser, works_per_control)
