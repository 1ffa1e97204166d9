"""Let the shop live: customers, sellers and clerks change its database at a steady rate."""

import random
import threading
from collections.abc import Callable
from contextlib import closing

import psycopg2

from ingestion.demo.olist.transactions import KINDS, Shop
from ingestion.demo.traffic import Clock, Counts, live
from ingestion.errors import LandfallError

__all__ = ["Counts", "run_traffic"]


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
    clock = Clock(seconds, rate, stop)
    try:
        with closing(psycopg2.connect(dsn)) as conn:
            rng = random.Random(seed)
            return live(Shop(conn, rng), KINDS, rng, clock, on_progress)
    except psycopg2.errors.UndefinedTable as error:
        raise LandfallError("the database holds no shop: load it first") from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        reason = " ".join(str(error).split())
        raise LandfallError(f"no connection to the shop's database: {reason}") from error
