"""E1 to E7: which files there are, what they are called, and when they are closed."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingestion.replica import pgoutput
from tests.conformance.conftest import Live, Replica, counters

PARTITIONED = {"DatePartitionEnabled": True}
INTERVAL = 3.0


def closed_at(key: str) -> datetime:
    """The moment that a file of changes is named after."""
    name = key.split("/")[-1]
    assert re.fullmatch(r"\d{8}-\d{9}\.(csv|csv\.gz|parquet)", name)
    return datetime.strptime(name[:18] + "000", "%Y%m%d-%H%M%S%f").replace(tzinfo=UTC)


def committed_at(row: list[str]) -> datetime:
    return datetime.fromisoformat(row[1]).replace(tzinfo=UTC)


def test_e01_e03_load_files_split_at_maxfilesize_and_count_in_hexadecimal_past_0f(live: Live) -> None:
    live.execute(
        "create table t (id int primary key, v text)",
        "insert into t select n, repeat(chr(64 + n % 26), 100) from generate_series(1, 200) as n",
        "insert into t values (201, repeat('long', 1000)), (202, 'last')",
    )
    replica = live.replica("t", settings={"MaxFileSize": 1, "AddColumnName": True})
    assert replica.run().loaded_rows == {"t": 202}
    keys = replica.load_files("t")
    numbers = [int(key.removeprefix("t/LOAD").removesuffix(".csv"), 16) for key in keys]
    assert numbers == list(range(1, len(keys) + 1)) and len(keys) > 0x1A
    assert {"t/LOAD00000009.csv", "t/LOAD0000000A.csv", "t/LOAD0000000F.csv", "t/LOAD00000010.csv"} <= set(
        keys
    )
    # no file is larger than it may be, but for a row that alone is; none could have taken the next row
    sizes = [len(replica.text(key).encode()) for key in keys]
    assert [size for size in sizes if size > 1024] == [max(sizes)] and max(sizes) > 4000
    assert all(size > 1024 - 145 for size in sizes[: numbers[-1] - 4])
    found = []
    for key in keys:
        header, *rows = replica.rows(key)
        assert header == ["Op", "committed_at", "id", "v", "seq", "before_id"]
        found += [int(row[2]) for row in rows]
    assert found == list(range(1, 203))


def test_e03_maxfilesize_is_for_csv_and_for_the_full_load_alone(live: Live) -> None:
    live.execute(
        "create table t (id int primary key, v text)",
        "insert into t select n, repeat('x', 100) from generate_series(1, 100) as n",
    )
    small = {"MaxFileSize": 1}
    parquet = live.replica("t", settings={**small, "DataFormat": "parquet"})
    csv = live.replica("t", settings={**small, "CompressionType": "gzip"})
    for replica in (parquet, csv):
        replica.run()
    assert parquet.files() == ["t/LOAD00000001.parquet"]
    # what counts is the size before compression
    assert len(csv.load_files("t")) > 10 and csv.load_files("t")[0] == "t/LOAD00000001.csv.gz"
    live.execute("update t set v = repeat('y', 100)")
    csv.run()
    assert len(csv.change_files("t")) == 1


def test_e02_a_table_without_rows_has_no_folder_until_a_change_comes(live: Live) -> None:
    live.execute("create table t (id int primary key)")
    replica = live.replica("t", settings={"AddColumnName": True})
    assert replica.run().loaded_rows == {"t": 0}
    assert not replica.path("").exists()
    live.execute("insert into t values (1)")
    replica.run()
    assert replica.load_files("t") == [] and len(replica.change_files("t")) == 1


def test_e04_e05_e06_a_file_closes_by_age_or_by_size_and_is_named_after_that_moment(live: Live) -> None:
    live.execute(*(f"create table {name} (id int primary key, v text)" for name in ("early", "late", "big")))
    replica = live.replica(
        "early", "late", "big", settings={"CdcMaxBatchInterval": INTERVAL, "CdcMinFileSize": 100}
    )
    replica.run()

    def wait_for(table: str) -> None:
        deadline = time.monotonic() + 30
        while not replica.change_files(table):
            assert time.monotonic() < deadline, f"no file of {table}"
            time.sleep(0.02)

    with replica.following():
        live.execute("insert into early values (0)")
        # one transaction, two tables
        live.execute("begin; insert into early values (1); insert into late values (1); commit")
        live.execute("insert into big select n, repeat('x', 1000) from generate_series(1, 150) as n")
        wait_for("big")
        by_size = datetime.now(UTC)
        wait_for("early")
        live.execute("insert into early values (2)")
        wait_for("late")
    # by size: at once, within a transaction, and what is too small is left for the next file
    first, rest = (replica.rows(key) for key in replica.change_files("big"))
    assert (len(first), len(rest)) == (103, 47)
    assert closed_at(replica.change_files("big")[0]) <= by_size
    assert by_size < committed_at(first[0]) + timedelta(seconds=INTERVAL)
    # by age: the interval after its first change, as the real files say; later changes wait for the next
    opened, closed = ({}, {})
    for table in ("early", "late"):
        key = replica.change_files(table)[0]
        opened[table], closed[table] = committed_at(replica.rows(key)[0]), closed_at(key)
        age = closed[table] - opened[table]
        assert timedelta(seconds=INTERVAL) <= age < timedelta(seconds=INTERVAL + 5), age
    assert [[row[2] for row in replica.rows(key)] for key in replica.change_files("early")] == [
        ["0", "1"],
        ["2"],
    ]
    # one transaction in two files of different names, in folders of their own
    shared = [row for table in ("early", "late") for row in replica.changes(table) if row[2] == "1"]
    assert shared[0][1] == shared[1][1] and counters(shared, 4)[1] - counters(shared, 4)[0] == 4
    names = [key.split("/")[-1] for key in replica.files()]
    assert len(set(names)) == len(names)


def commit_around(live: Live, moment: datetime, monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    """Runs the statements with `moment` between them, as the replica will read the server's clock."""
    live.execute(statements[0])
    ((now,),) = live.execute("select clock_timestamp()")
    live.execute(*statements[1:])
    monkeypatch.setattr(pgoutput, "_EPOCH", pgoutput._EPOCH + (moment - now))


@pytest.mark.parametrize(
    ("zone", "midnight", "folders"),
    [
        (None, datetime(2024, 3, 1, tzinfo=UTC), ["2024/02/29", "2024/03/01"]),
        # there it is still summer time, and in UTC still the day before
        (
            "Europe/Paris",
            datetime(2024, 10, 27, tzinfo=ZoneInfo("Europe/Paris")),
            ["2024/10/26", "2024/10/27"],
        ),
    ],
    ids=["UTC", "Paris"],
)
def test_e07_date_folders_follow_the_commit_day_in_the_zone_of_the_setting(
    live: Live, monkeypatch: pytest.MonkeyPatch, zone: str | None, midnight: datetime, folders: list[str]
) -> None:
    live.execute("create table t (id int primary key); insert into t values (0)")
    replica = live.replica("t", settings={**PARTITIONED, "DatePartitionTimezone": zone})
    replica.run()
    commit_around(
        live,
        midnight,
        monkeypatch,
        "begin; insert into t values (1); insert into t values (2); commit",
        "insert into t values (3)",
    )
    replica.run()
    # LOAD files stay at the table's root; a day's changes are in a file of its own
    assert replica.load_files("t") == ["t/LOAD00000001.csv"]
    first, second = replica.change_files("t")
    assert [key.rsplit("/", 1)[0].removeprefix("t/") for key in (first, second)] == folders
    assert [[row[2] for row in replica.rows(key)] for key in (first, second)] == [["1", "2"], ["3"]]
    # the row keeps its commit time in UTC, whatever the zone of the folder
    assert committed_at(replica.rows(first)[0]) < midnight <= committed_at(replica.rows(second)[0])


def test_e07_the_zone_shifts_the_names_of_files_of_changes_too(live: Live) -> None:
    live.execute("create table t (id int primary key)")
    replicas = {
        zone: live.replica("t", settings={**PARTITIONED, "DatePartitionTimezone": zone})
        for zone in ("Pacific/Kiritimati", "Asia/Kolkata", None)
    }
    for replica in replicas.values():
        replica.run()
    live.execute("insert into t values (1)")
    for zone, replica in replicas.items():
        replica.run()
        (key,) = replica.change_files("t")
        local = datetime.now(ZoneInfo(zone or "UTC")).replace(tzinfo=UTC)
        assert timedelta() <= local - closed_at(key) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("sequence", "delimiter", "form"),
    [
        ("YYYYMMDD", "SLASH", "%Y/%m/%d/"),
        ("YYYYMMDDHH", "DASH", "%Y-%m-%d-%H/"),
        ("YYYYMM", "UNDERSCORE", "%Y_%m/"),
        ("MMYYYYDD", "NONE", "%m%Y%d/"),
        ("DDMMYYYY", "SLASH", "%d/%m/%Y/"),
    ],
)
def test_e07_every_sequence_and_delimiter_of_the_date_folder(
    live: Live, sequence: str, delimiter: str, form: str
) -> None:
    settings: dict[str, Any] = {"DatePartitionSequence": sequence, "DatePartitionDelimiter": delimiter}
    live.execute("create table t (id int primary key)")
    replica: Replica = live.replica("t", settings={**PARTITIONED, **settings})
    replica.run()
    live.execute("insert into t values (1)")
    replica.run()
    (key,) = replica.change_files("t")
    folder = committed_at(replica.rows(key)[0]).strftime(form)
    assert key.removeprefix("t/").startswith(folder) and key.count("/") == folder.count("/") + 1
