"""The database goes away while a replica reads it, and comes back, or does not."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest

from ingestion.demo.postgres_server import PostgresServer
from tests.bad_input.conftest import Shop, one_line, until
from tests.histories.workers import Run

FOLLOW = ("replicate", "--source", "shop", "--follow", "--max-batch-seconds", "0.2")
AWAY = re.compile(r"^away: .*; attempt (\d+) of (\d+) in ([\d.]+) s$", re.MULTILINE)


def kill(server: PostgresServer) -> None:
    """SIGKILL, as the kernel does when memory ends: no goodbye, and recovery at the next start."""
    process = server._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def following(shop: Shop, **error_behavior: object) -> Run:
    """A replica that follows the log, and has brought a change already."""
    patient = {"RecoverableErrorCount": 20, "RecoverableErrorInterval": 0.1, **error_behavior}
    run = shop.start(*FOLLOW, how={"error_behavior": patient})
    shop.change()
    until(lambda: brought(shop) >= 2, "it does not follow")
    return run


def brought(shop: Shop) -> int:
    """Files of changes in bronze."""
    return len([path for path in shop.lake.glob("bronze/**/*.parquet") if "LOAD" not in path.name])


def test_terminated_killed_and_restarted_it_goes_on_without_loss(shop: Shop) -> None:
    shop.replicate()
    run = following(shop)
    shop.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = 'landfall' and pid <> pg_backend_pid()"
    )
    shop.change()
    until(lambda: run.words.count("is back") == 1, "it did not come back after its sessions were ended")
    files = brought(shop)
    shop.change()
    until(lambda: brought(shop) > files, "it came back and brings nothing")
    kill(shop.server)
    until(lambda: run.words.count("attempt 3 of 20") == 1, "it does not try again")
    shop.server.start()
    shop.change()
    until(lambda: run.words.count("is back") == 2, "it did not come back after the server was killed")
    shop.server.stop()
    shop.server.start()
    shop.change()
    until(lambda: run.words.count("is back") == 3, "it did not come back after the server was restarted")
    shop.change()
    code, words = shop.stop(run)
    assert code == 0, words
    pauses = [float(pause) for _, _, pause in AWAY.findall(words)]
    first = pauses[: pauses.index(0.1, 1)] if 0.1 in pauses[1:] else pauses
    assert first == sorted(first)
    assert {"0.1", "0.2", "0.4"} <= {pause for _, _, pause in AWAY.findall(words)}
    lines = [line for line in words.splitlines() if line.startswith("away:")]
    assert len(lines) == len(AWAY.findall(words)) + 3
    assert len(list((shop.home / "state").glob("*.json"))) == 1
    # the next run has nothing to bring again
    assert "0 changes in 0 files" in shop.replicate()
    shop.is_right()


def test_it_gives_up_after_its_bound(shop: Shop) -> None:
    shop.replicate()
    run = following(shop, RecoverableErrorCount=4, RecoverableErrorThrottlingMax=0.3)
    kill(shop.server)
    code, words = shop.end(run)
    shop.server.start()
    assert code == 2
    assert AWAY.findall(words) == [("1", "4", "0.1"), ("2", "4", "0.2"), ("3", "4", "0.3"), ("4", "4", "0.3")]
    last = words.strip().splitlines()[-1]
    assert last.startswith("landfall: ") and "gave up after 4 attempts" in last
    assert last.endswith("run it again to go on from the checkpoint")
    shop.change()
    shop.is_right()


def test_the_shipped_patience_is_the_documented_one(shop: Shop) -> None:
    """Nine attempts, the first after 5 seconds; Ctrl-C ends a pause at once."""
    shop.replicate()
    run = shop.start(*FOLLOW)
    until(lambda: shop.execute("select 1 from pg_replication_slots where active"), "it does not follow")
    kill(shop.server)
    until(lambda: AWAY.search(run.words), "it does not tell")
    began = time.monotonic()
    code, words = shop.stop(run)
    shop.server.start()
    assert (code, AWAY.findall(words)) == (0, [("1", "9", "5")])
    assert time.monotonic() - began < 4


def test_in_a_full_load_it_ends_and_the_next_run_loads_the_rest_anew(shop: Shop) -> None:
    shop.execute(
        "truncate orders", "insert into orders select n, repeat('x', 50) from generate_series(1, 150000) as n"
    )
    run = shop.start("replicate", "--source", "shop")
    until(lambda: list(shop.lake.glob(".tmp/*/*.orders.LOAD*")), "the load does not begin", pause=0.001)
    os.kill(run.pid, signal.SIGSTOP)
    assert list(shop.lake.glob(".tmp/*/*.orders.LOAD*")), "too late: the load is over"
    kill(shop.server)
    before = shop.landed()
    os.kill(run.pid, signal.SIGCONT)
    line = one_line(*shop.end(run))
    assert "run it again" in line
    shop.server.start()
    assert shop.landed() == before
    assert [Path(path).parent.name for path in before] == ["customers", "state"]
    assert list(shop.lake.glob(".tmp/*/*")) == []
    shop.change()
    assert "loaded 150,000 rows of 1 tables" in shop.replicate()
    assert before.items() - shop.landed().items() == {
        (path, content) for path, content in before.items() if path.endswith("shop.json")
    }
    shop.is_right()


@pytest.fixture(autouse=True)
def running(server: PostgresServer) -> None:
    """Whatever the test before did."""
    server.start()
