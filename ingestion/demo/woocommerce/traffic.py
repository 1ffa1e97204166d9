"""Let the shop live: customers and clerks change its database at a steady rate."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import closing

import pymysql
from pymysql.constants import ER

from ingestion.demo.traffic import Clock, Counts, live
from ingestion.demo.woocommerce.transactions import KINDS, Shop
from ingestion.errors import LandfallError
from ingestion.mysql.connection import connect, trouble


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
    `stop` is set. `on_progress` gets the counts so far about twice a second and at the end; it is always
    the same object. Raises LandfallError if the database cannot be reached or holds no shop.
    """
    clock = Clock(seconds, rate, stop)
    try:
        with closing(connect(dsn, autocommit=False)) as connection:
            rng = random.Random(seed)
            return live(Shop(connection, rng), KINDS, rng, clock, on_progress)
    except pymysql.MySQLError as error:
        if error.args and error.args[0] == ER.NO_SUCH_TABLE:
            raise LandfallError("the database holds no shop: load it first") from error
        raise trouble(error) from error
