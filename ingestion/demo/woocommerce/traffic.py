"""Let the shop live: customers and clerks change its database at a steady rate."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import pymysql

from ingestion.demo.woocommerce.database import Change
from ingestion.demo.woocommerce.transactions import KINDS, Shop
from ingestion.errors import LandfallError
from ingestion.mysql.connection import connect, server_words

_PROGRESS_SECONDS = 0.5
_ROLLBACK_SHARE = 0.03
_NO_SUCH_TABLE = 1146


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

    Orders are written into the storage that the shop's settings name. Goes on for `seconds`, or until
    `stop` is set; each kind of transaction comes once before chance decides. `on_progress` gets the
    counts so far about twice a second and at the end; it is always the same object. Raises
    LandfallError if the database cannot be reached or holds no shop.
    """
    if rate <= 0:
        raise LandfallError(f"cannot make {rate:g} transactions a second: ask for more than 0")
    stop = stop or threading.Event()
    counts = Counts()
    try:
        with closing(connect(dsn, autocommit=False)) as connection:
            rng = random.Random(seed)
            _live(Shop(connection, rng), rng, counts, seconds, rate, stop, on_progress)
    except pymysql.MySQLError as error:
        if error.args and error.args[0] == _NO_SUCH_TABLE:
            raise LandfallError("the database holds no shop: load it first") from error
        raise LandfallError(f"the shop's database says: {server_words(error)}") from error
    if on_progress:
        on_progress(counts)
    return counts


def _live(
    shop: Shop,
    rng: random.Random,
    counts: Counts,
    seconds: float | None,
    rate: float,
    stop: threading.Event,
    on_progress: Callable[[Counts], None] | None,
) -> None:
    began = reported = turn = time.monotonic()
    first = list(KINDS)
    while seconds is None or turn < began + seconds:
        # a machine that cannot keep up goes on as fast as it can, without catching up later
        if stop.wait(max(0.0, turn - time.monotonic())):
            return
        kind = first.pop(0) if first else rng.choices(list(KINDS), list(KINDS.values()))[0]
        if not first and rng.random() < _ROLLBACK_SHARE:
            shop.attempt(kind, commit=False)
            counts.rolled_back += 1
        elif changes := shop.attempt(kind):
            counts.add(kind, changes)
        if on_progress and time.monotonic() - reported >= _PROGRESS_SECONDS:
            reported = time.monotonic()
            on_progress(counts)
        turn = max(turn + 1 / rate, time.monotonic())
