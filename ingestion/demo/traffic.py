"""What the traffic of every sample shop shares: how fast it goes, and what it counts."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from ingestion.errors import LandfallError

_PROGRESS_SECONDS = 0.5
_ROLLBACK_SHARE = 0.03


class Change(NamedTuple):
    """Rows that one statement changed."""

    table: str
    verb: Literal["insert", "update", "delete"]
    rows: int


@dataclass
class Counts:
    """What was committed: transactions by kind, changed rows by table."""

    transactions: Counter[str] = field(default_factory=Counter)
    inserts: Counter[str] = field(default_factory=Counter)
    updates: Counter[str] = field(default_factory=Counter)
    deletes: Counter[str] = field(default_factory=Counter)
    rolled_back: int = 0

    def add(self, kind: str, changes: list[Change]) -> None:
        """Count one committed transaction."""
        self.transactions[kind] += 1
        by_verb = {"insert": self.inserts, "update": self.updates, "delete": self.deletes}
        for change in changes:
            by_verb[change.verb][change.table] += change.rows


class Shop(Protocol):
    """The people who change a shop's database."""

    def attempt(self, kind: str, *, commit: bool = True) -> list[Change]:
        """Carry out a transaction of that kind; the changes committed, none if none came about."""


class Clock:
    """Spreads turns evenly over time: `rate` a second at most, for `seconds` or until `stop` is set."""

    def __init__(self, seconds: float | None, rate: float, stop: threading.Event | None) -> None:
        if rate <= 0:
            raise LandfallError(f"cannot make {rate:g} transactions a second: ask for more than 0")
        now = time.monotonic()
        self._end = None if seconds is None else now + seconds
        self._interval = 1 / rate
        self._next = now
        self._stop = stop or threading.Event()

    def next_turn(self) -> bool:
        """Wait for the next turn; False when there is none."""
        now = time.monotonic()
        # A machine that cannot keep up goes on as fast as it can, without catching up later.
        self._next = max(self._next + self._interval, now)
        if self._end is not None and self._next >= self._end:
            self._stop.wait(max(0.0, self._end - now))
            return False
        return not self._stop.wait(self._next - now)


def live(
    shop: Shop,
    kinds: Mapping[str, int],
    rng: random.Random,
    clock: Clock,
    on_progress: Callable[[Counts], None] | None,
) -> Counts:
    """Let a shop live: transactions of these kinds, each as often as its weight says.

    `on_progress` gets the counts so far about twice a second and at the end; it is always the same
    object.
    """
    counts = Counts()
    report = on_progress or (lambda counts: None)
    names, weights = list(kinds), list(kinds.values())
    reported = time.monotonic()
    while clock.next_turn():
        kind = rng.choices(names, weights)[0]
        if rng.random() < _ROLLBACK_SHARE:
            shop.attempt(kind, commit=False)
            counts.rolled_back += 1
        elif changes := shop.attempt(kind):
            counts.add(kind, changes)
        if time.monotonic() - reported >= _PROGRESS_SECONDS:
            reported = time.monotonic()
            report(counts)
    report(counts)
    return counts
