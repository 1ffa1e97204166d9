"""A sample shop's traffic that lasts until enough has happened: a slow machine sees as much as a fast one."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ingestion.demo.traffic import Counts

_TOO_LONG = 120.0


def traffic_of(
    traffic: Callable[..., Counts], dsn: str, transactions: int, *, seed: int, rate: float = 400.0
) -> Counts:
    """Let a shop live for that many committed transactions, or some more."""
    stop = threading.Event()

    def on_progress(counts: Counts) -> None:
        if counts.transactions.total() >= transactions:
            stop.set()

    counts = traffic(dsn, seconds=_TOO_LONG, rate=rate, seed=seed, stop=stop, on_progress=on_progress)
    assert counts.transactions.total() >= transactions, f"no more than {counts} in {_TOO_LONG:g} s"
    return counts
