"""Let the shop live: customers, sellers and clerks change its database at a steady rate."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import psycopg2

from ingestion.demo.olist.transactions import KINDS, Change, Shop
from ingestion.errors import LandfallError

_PROGRESS_SECONDS = 0.5
_ROLLBACK_SHARE = 0.03


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


def run_traffic(
    dsn: str,
    *,
    seconds: float | None = None,
    rate: float = 200.0,
    seed: int = 42,
    stop: threading.Event | None = None,
    on_progress: Callable[[Counts], None] | None = None,
) -> Counts:
    """Change the shop's data, `rate` transactions a second at most, and tell what was committed.

    Goes on for `seconds`, or until `stop` is set. `on_progress` gets the counts so far about twice
    a second and at the end; it is always the same object. The seed decides what happens in which
    order, not the new keys, which never repeat. Raises LandfallError if the database cannot be
    reached or holds no shop.
    """
    if rate <= 0:
        raise LandfallError(f"cannot make {rate:g} transactions a second: ask for more than 0")
    stop = stop or threading.Event()
    report = on_progress or (lambda counts: None)
    counts = Counts()
    try:
        with closing(psycopg2.connect(dsn)) as conn:
            rng = random.Random(seed)
            _live(Shop(conn, rng), rng, counts, _Clock(seconds, rate, stop), report)
    except psycopg2.errors.UndefinedTable as error:
        raise LandfallError("the database holds no shop: load it first") from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        reason = " ".join(str(error).split())
        raise LandfallError(f"no connection to the shop's database: {reason}") from error
    report(counts)
    return counts


def _live(
    shop: Shop,
    rng: random.Random,
    counts: Counts,
    clock: "_Clock",
    report: Callable[[Counts], None],
) -> None:
    names, weights = list(KINDS), list(KINDS.values())
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


class _Clock:
    """Spreads turns evenly over time."""

    def __init__(self, seconds: float | None, rate: float, stop: threading.Event) -> None:
        now = time.monotonic()
        self._end = None if seconds is None else now + seconds
        self._interval = 1 / rate
        self._next = now
        self._stop = stop

    def next_turn(self) -> bool:
        """Wait for the next turn; False when there is none."""
        now = time.monotonic()
        # A machine that cannot keep up goes on as fast as it can, without catching up later.
        self._next = max(self._next + self._interval, now)
        if self._end is not None and self._next >= self._end:
            self._stop.wait(max(0.0, self._end - now))
            return False
        return not self._stop.wait(self._next - now)
