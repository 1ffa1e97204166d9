"""E15 to E24, E26 and E28: which changes are written, in which order, with which keys."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ingestion.replica.checkpoint import Checkpoint, CheckpointFile
from ingestion.replica.task import Progress
from tests.conformance.conftest import ADD_SEQUENCE, SELECT_ALL, Live, Replica, counters, values


def test_e15_e20_e21_the_change_sequence_is_global_and_steps_by_4_and_12(live: Live) -> None:
    live.execute(
        "create table orders (id int primary key, v text)",
        "create table lines (id int, line int, n int, primary key (id, line))",
    )
    replica = live.replica("orders", "lines")
    replica.run()
    live.execute(
        # one row inserted, updated and deleted in one transaction; two tables taking turns
        "begin; insert into orders values (1, 'a'); insert into lines values (1, 1, 0); "
        "update orders set v = 'b'; update lines set n = 1; update lines set n = n; delete from orders; "
        "commit",
        "begin; insert into orders values (2, 'never'); insert into lines values (2, 1, 0); rollback",
        "insert into orders values (3, 'c'), (4, 'd')",
        # a savepoint that was rolled back is no change either
        "begin; insert into lines values (3, 1, 0); savepoint a; insert into lines values (3, 2, 0); "
        "rollback to a; insert into lines values (3, 3, 0); commit",
    )
    replica.run()
    orders, lines = replica.changes("orders"), replica.changes("lines")
    assert values(orders, 2) == [
        ("I", "1", "a"),
        ("U", "1", "b"),
        ("D", "1", ""),
        ("I", "3", "c"),
        ("I", "4", "d"),
    ]
    assert values(lines, 3) == [
        ("I", "1", "1", "0"),
        ("U", "1", "1", "1"),
        ("U", "1", "1", "1"),
        ("I", "3", "1", "0"),
        ("I", "3", "3", "0"),
    ]
    assert counters(orders, 4) == [61, 69, 81, 93, 97]
    assert counters(lines, 5) == [65, 73, 77, 109, 113]
    for row, sequence in [(row, row[4]) for row in orders] + [(row, row[5]) for row in lines]:
        # 16 digits of commit time cut to hundredths, then the counter
        assert re.fullmatch(r"\d{35}", sequence)
        assert sequence[:16] == re.sub(r"\D", "", row[1])[:16]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", row[1])
    # one transaction, one commit time, to the microsecond
    assert len({row[1] for row in orders[:3] + lines[:3]}) == 1
    assert len({row[1] for row in orders + lines}) == 3


def test_e15_the_counter_goes_on_when_the_task_resumes_and_begins_again_when_it_is_made_anew(
    live: Live,
) -> None:
    live.execute("create table t (id int primary key)")
    replica = live.replica("t", rules=[SELECT_ALL, ADD_SEQUENCE])
    replica.run()
    for at in range(2):
        live.execute(f"insert into t values ({at})")
        replica.run()
    replica.run(reload=True)
    live.execute("insert into t values (9)")
    replica.run()
    assert counters(replica.changes("t")) == [61, 73, 61]
    sequences = [row[-1] for row in replica.changes("t")]
    assert sequences == sorted(sequences)


@pytest.mark.parametrize("at_task_start", [True, False])
def test_e16_a_loaded_row_has_no_sequence_and_its_time_is_as_the_setting_says(
    live: Live, at_task_start: bool
) -> None:
    live.execute("create table t (id int primary key)", "insert into t values (1), (2)")
    replica = live.replica("t", settings={"UseTaskStartTimeForFullLoadTimestamp": at_task_start})
    ((before,),) = live.execute(
        "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    )
    written: list[Any] = []
    replica.run(on_progress=lambda progress: _once(written, progress, live))
    assert [row[-2:] for row in replica.loaded("t")] == [["", ""]] * 3
    ((during,),) = live.execute("select v from moment")
    for row in replica.loaded("t"):
        assert (before < row[1] < during) if at_task_start else (during < row[1])


def _once(written: list[Any], progress: Progress, live: Live) -> None:
    """Between the start of the task and the load of its first table: a row, and the moment."""
    if progress.loading and not written:
        written.append(True)
        live.execute(
            "insert into t values (3)",
            "create table moment as select "
            "to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as v",
        )


def test_e17_a_delete_has_the_key_alone_or_the_whole_row_by_replica_identity(live: Live) -> None:
    table = "(b text, id int, v text, n int, d date, line int, primary key (line, id))"
    for name in ("keys", "whole", "chosen"):
        live.execute(f"create table {name} {table}")
        live.execute(
            f"insert into {name} values ('x', 1, '', 7, '2024-01-02', 2), ('y', 2, null, null, null, 2)"
        )
    live.execute("alter table whole replica identity full")
    live.execute("alter table chosen replica identity using index chosen_pkey")
    replica = live.replica("keys", "whole", "chosen", settings={"CsvNullValue": "NULL"})
    replica.run()
    for name in ("keys", "whole", "chosen"):
        live.execute(f"delete from {name}")
    replica.run()
    for name in ("keys", "chosen"):
        assert values(replica.changes(name), 3) == [
            ("D", "NULL", "1", "NULL", "NULL", "NULL", "2"),
            ("D", "NULL", "2", "NULL", "NULL", "NULL", "2"),
        ]
    assert values(replica.changes("whole"), 3) == [
        ("D", "x", "1", "", "7", "2024-01-02", "2"),
        ("D", "y", "2", "NULL", "NULL", "NULL", "2"),
    ]
    # a deleted row has no before image
    assert {tuple(row[-2:]) for name in ("keys", "whole") for row in replica.changes(name)} == {
        ("NULL", "NULL")
    }


@pytest.mark.parametrize("identity", ["default", "full"])
def test_e18_e19_a_changed_key_is_one_u_and_only_then_is_there_a_before_image(
    live: Live, identity: str
) -> None:
    live.execute(
        "create table orders (id int primary key, v text)",
        "create table lines (id int, v text, line int, primary key (line, id))",
        f"alter table orders replica identity {identity}; alter table lines replica identity {identity}",
        "insert into orders values (30015, 'x'), (30017, 'x')",
        "insert into lines values (30010, 'x', 1), (30014, 'x', 1), (30014, 'x', 2)",
    )
    replica = live.replica("orders", "lines")
    without = live.replica("orders", rules=[SELECT_ALL, ADD_SEQUENCE])
    for task in (replica, without):
        task.run()
    live.execute(
        "update orders set v = 'y' where id = 30015",
        "update orders set id = 30016 where id = 30015",
        "update orders set id = id where id = 30016",
        # a chain, and one within a transaction
        *(f"update orders set id = {key + 1} where id = {key}" for key in (30017, 30018, 30019)),
        "begin; update orders set id = 1 where id = 30020; update orders set id = 2 where id = 1; commit",
        # one column of a key of two, and both
        "update lines set line = 77 where id = 30010",
        "update lines set line = 66, id = 9 where id = 30014 and line = 1",
        # two rows of one statement
        "update orders set id = id + 1000",
    )
    for task in (replica, without):
        task.run()
    told = [(row[0], row[2], row[3], row[-1]) for row in replica.changes("orders")]
    assert told == [
        ("U", "30015", "y", ""),
        ("U", "30016", "y", "30015"),
        ("U", "30016", "y", ""),
        ("U", "30018", "x", "30017"),
        ("U", "30019", "x", "30018"),
        ("U", "30020", "x", "30019"),
        ("U", "1", "x", "30020"),
        ("U", "2", "x", "1"),
        ("U", "31016", "y", "30016"),
        ("U", "1002", "x", "2"),
    ]
    # the images stand in the order of the table's columns, and hold the whole key
    assert [(row[0], *row[2:5], *row[-2:]) for row in replica.changes("lines")] == [
        ("U", "30010", "x", "77", "30010", "1"),
        ("U", "9", "x", "66", "30014", "1"),
    ]
    # without the rule there is one column less, and nothing tells the old key
    assert values(without.changes("orders")) == [row[:-1] for row in told]
    assert {len(row) for row in without.changes("orders")} == {5}


def test_e22_a_load_overlaps_with_what_is_written_meanwhile(live: Live) -> None:
    live.execute(
        "create table a (id int primary key, v text)",
        "create table b (id int primary key, v text)",
        "insert into a select n, 'old' from generate_series(1, 4) as n",
        "insert into b select n, 'old' from generate_series(1, 4) as n",
    )
    changes = (
        "update {0} set v = 'new' where id = 1",
        "delete from {0} where id = 2",
        "insert into {0} values (5, 'new')",
        "begin; insert into {0} values (6, 'gone'); delete from {0} where id = 6; commit",
        "update {0} set id = 7 where id = 3",
    )
    replica = live.replica("a", "b")
    meanwhile: list[str] = []

    def write(progress: Progress) -> None:
        # the task has begun and has read the log's place; `a` is loaded when `b` is to be
        if progress.loading == "b" and not meanwhile:
            meanwhile.append("b")
            live.execute(*(text.format(table) for text in changes for table in ("a", "b")))

    replica.run(on_progress=write)
    old = [("I", str(at), "old") for at in range(1, 5)]
    assert values(replica.loaded("a"), 2) == old
    # b was read after all that: what its changes say again is in the load already, a deleted key is not
    assert values(replica.loaded("b"), 2) == [
        ("I", "4", "old"),
        ("I", "1", "new"),
        ("I", "5", "new"),
        ("I", "7", "old"),
    ]
    written = [
        ("U", "1", "new"),
        ("D", "2", ""),
        ("I", "5", "new"),
        ("I", "6", "gone"),
        ("D", "6", ""),
        ("U", "7", "old"),
    ]
    for table in ("a", "b"):
        assert values(replica.changes(table), 2) == written
        assert replica.changes(table)[-1][-1] == "3"


class Crash(Exception):
    pass


def test_e23_a_resumed_task_writes_again_what_its_checkpoint_did_not_cover(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.execute("create table t (id int primary key, v text)")
    replica = live.replica("t")
    replica.run()
    live.execute("begin; insert into t values (1, 'a'), (2, 'b'); update t set id = 3 where id = 2; commit")

    def crash(self: CheckpointFile, checkpoint: Checkpoint) -> None:
        if replica.change_files("t"):
            raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(CheckpointFile, "write", crash)
        with pytest.raises(Crash):
            replica.run()
    live.execute("delete from t where id = 1")
    replica.run()
    first, second = replica.change_files("t")
    # under a new, later name, with the same sequence
    assert replica.rows(second)[:3] == replica.rows(first)
    assert [row[0] for row in replica.rows(second)] == ["I", "I", "U", "D"]
    assert counters(replica.rows(second), 4) == [61, 65, 69, 81]


@pytest.mark.parametrize("mode", [None, "DO_NOTHING", "DROP_AND_CREATE", "TRUNCATE_BEFORE_LOAD"])
def test_e24_a_reload_leaves_old_files_or_clears_the_tables_folder(live: Live, mode: str | None) -> None:
    live.execute(
        "create table t (id int primary key, v text); create table emptied (id int primary key)",
        "insert into t select n, repeat('x', 500) from generate_series(1, 9) as n",
        "insert into emptied values (1)",
    )
    replica: Replica = live.replica(
        "t",
        "emptied",
        task_settings={"FullLoadSettings": {"TargetTablePrepMode": mode}} if mode else {},
        settings={"MaxFileSize": 2},
    )
    replica.run()
    live.execute("delete from t where id > 2")
    replica.run()
    before = replica.files("t")
    assert [key for key in before if "LOAD" in key] == [f"t/LOAD0000000{at}.csv" for at in (1, 2, 3)]
    old = [replica.text(key) for key in before]
    live.execute("update t set v = 'reloaded'", "delete from emptied")
    assert replica.run(reload=True).loaded_rows == {"t": 2, "emptied": 0}
    new = ["t/LOAD00000001.csv"]
    assert values(replica.rows(*new), 2) == [("I", "1", "reloaded"), ("I", "2", "reloaded")]
    if mode in (None, "DO_NOTHING"):
        # a new load writes over files of the same name and leaves the others, and the changes
        assert replica.files("t") == before
        assert [replica.text(key) for key in before[1:]] == old[1:]
        assert replica.files("emptied") == ["emptied/LOAD00000001.csv"]
    else:
        assert replica.files("t") == new
        assert replica.files("emptied") == []
    # the task goes on
    live.execute("insert into t values (99, 'after')")
    replica.run()
    assert values(replica.rows(replica.change_files("t")[-1]), 2) == [("I", "99", "after")]


def test_e26_a_new_layout_begins_a_new_file(live: Live) -> None:
    live.execute("create table t (id int primary key, a int, b text)", "insert into t values (1, 1, 'one')")
    replica = live.replica("t", settings={"AddColumnName": True})
    parquet = live.replica("t", settings={"DataFormat": "parquet"})
    for task in (replica, parquet):
        task.run()
    live.execute(
        "update t set b = 'old layout'",
        "alter table t add c int default 3",  # at the end, before what DMS adds
        "update t set b = 'added'",
        "alter table t drop a",
        "update t set b = 'dropped'",
        "alter table t rename c to d",
        "update t set d = 4",
        "alter table t alter d type text using 'text ' || d",
        "update t set b = 'retyped'",
        # twice in one transaction
        "begin; update t set b = 'before'; alter table t add e int; update t set e = 5; commit",
    )
    for task in (replica, parquet):
        task.run()
    own = [row[2:-2] for key in replica.change_files("t") for row in replica.rows(key)]
    assert own == [
        ["id", "a", "b"],
        ["1", "1", "old layout"],
        ["id", "a", "b", "c"],
        ["1", "1", "added", "3"],
        ["id", "b", "c"],
        ["1", "dropped", "3"],
        ["id", "b", "d"],
        ["1", "dropped", "4"],
        ["id", "b", "d"],
        ["1", "retyped", "text 4"],
        ["1", "before", "text 4"],
        ["id", "b", "d", "e"],
        ["1", "before", "text 4", "5"],
    ]
    retyped = [parquet.types(key).get("d") for key in parquet.change_files("t")]
    assert retyped == [None, None, None, "INTEGER", "VARCHAR", "VARCHAR"]
    # the counter does not care
    rows = [row for key in replica.change_files("t") for row in replica.rows(key)[1:]]
    assert counters(rows, -2) == [61, 73, 85, 97, 109, 121, 125]


def test_e28_a_table_without_a_key_brings_inserts_alone_and_no_before_image(live: Live) -> None:
    live.execute("create table t (n int, v text)", "insert into t values (1, 'a'), (1, 'a')")
    replica = live.replica("t")
    replica.run()
    live.execute(
        "insert into t values (2, 'b'), (2, 'b')", "update t set v = 'c'", "delete from t where n = 1"
    )
    live.execute("insert into t values (3, 'd')")
    replica.run()
    assert [(row[0], *row[2:]) for row in replica.loaded("t")] == [("I", "1", "a", "")] * 2
    assert values(replica.changes("t")) == [("I", "2", "b"), ("I", "2", "b"), ("I", "3", "d")]
    assert counters(replica.changes("t")) == [61, 65, 77]
