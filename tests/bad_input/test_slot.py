"""What a replica needs to go on is gone, taken or broken: the slot, the log, the checkpoint."""

from __future__ import annotations

import json
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extras import LogicalReplicationConnection

from tests.bad_input.conftest import Shop, until


@pytest.fixture
def behind(shop: Shop) -> Shop:
    """A shop with changes that have not come to bronze yet."""
    shop.replicate()
    shop.change()
    shop.replicate()
    shop.change()
    return shop


def drop_slot(shop: Shop) -> None:
    shop.execute(
        "select pg_drop_replication_slot(slot_name) from pg_replication_slots "
        "where database = current_database()"
    )


def test_a_dropped_slot(behind: Shop) -> None:
    drop_slot(behind)
    line = behind.refused()
    assert "is not at the source" in line and line.endswith("load again with --reload")
    assert behind.refused() == line, "and so it stays, until somebody does"
    behind.is_right("--reload")


def test_a_dropped_slot_and_publication(behind: Shop) -> None:
    """Nothing is loaded or published for a slot that is not there."""
    drop_slot(behind)
    behind.execute(*(f'drop publication "{name}"' for (name,) in behind.slots()))
    assert "is not at the source" in behind.refused()
    assert behind.slots() == []


def test_a_purged_log(behind: Shop) -> None:
    try:
        behind.execute("alter system set max_slot_wal_keep_size = '1MB'", "select pg_reload_conf()")
        until(lambda: behind.execute("show max_slot_wal_keep_size") == [("1MB",)], "no reload")
        for _ in range(3):
            behind.execute("insert into orders select max(id) + 1 from orders", "select pg_switch_wal()")
        behind.execute("checkpoint")
        status = behind.execute(
            "select wal_status from pg_replication_slots where database = current_database()"
        )
        assert status == [("lost",)]
        line = behind.refused()
        assert "has lost changes" in line and "max_slot_wal_keep_size = 1MB" in line
        assert line.endswith("raise that, and load again with --reload")
    finally:
        behind.execute("alter system reset max_slot_wal_keep_size", "select pg_reload_conf()")
    behind.is_right("--reload")


def test_a_slot_in_use(behind: Shop) -> None:
    slot = behind.slots()[0][0]
    with closing(psycopg2.connect(behind.dsn, connection_factory=LogicalReplicationConnection)) as other:
        cursor = other.cursor()
        cursor.start_replication(
            slot_name=slot, decode=False, options={"proto_version": "1", "publication_names": slot}
        )
        line = behind.refused()
        assert f"slot '{slot}' is in use" in line and f"active for PID {other.info.backend_pid}" in line
        assert "stop that reader, or end its session with pg_terminate_backend" in line
        assert "is in use" in behind.refused("--drop")
        assert "is in use" in behind.refused("--reload")
    until(
        lambda: behind.execute("select 1 from pg_replication_slots where active") == [], "the reader goes on"
    )
    behind.is_right()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not a whole checkpoint"),
        (b'{\n  "version": 1,\n  "slot": "landf', "is not a whole checkpoint"),
        (b"[]", "is not a whole checkpoint"),
        (b"\xff\xfe", "is not a whole checkpoint"),
        (b'{"slot": "s", "lsn": "1", "counter": 1}', "is not a whole checkpoint"),
        (None, "was written by a newer landfall (checkpoint version 2, this one knows 1)"),
    ],
    ids=["empty", "cut", "a list", "no text", "a wrong type", "newer"],
)
def test_a_checkpoint_that_cannot_be_read(landed: Shop, content: bytes | None, says: str) -> None:
    file = landed.home / "state" / "shop.json"
    good = file.read_bytes()
    newer = json.dumps({**json.loads(good), "version": 2, "place": "elsewhere"}).encode()
    file.write_bytes(newer if content is None else content)
    try:
        line = landed.refused()
        assert says in line and "state/shop.json" in line and "--reload" in line
    finally:
        file.write_bytes(good)
    landed.replicate()


def test_a_checkpoint_that_was_broken_is_made_anew_by_a_reload(behind: Shop) -> None:
    (behind.home / "state" / "shop.json").write_text("{")
    behind.refused()
    behind.is_right("--reload")
