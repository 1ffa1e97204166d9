"""Files that cannot be read, are of another table, or do not have the declared columns.

Three builds of a lake of its own: a good one, one with a bad file in each table but one, and one after
they were mended. Then the registry changes.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.silver.cases import DAY, Case, cdc, insert, load, row, update
from tests.silver.lab import Lab, Rows

NEXT = cdc("1006", update("10:05", 73, id=1, v="b"), insert("10:05", 77, id=3, v="c"))
FIRST = [load(1, "09:00", row(1, "a"), row(2, "gone with the second load"))]
BEFORE = {(1, "a"), (2, "gone with the second load")}
BAD_ROW = cdc("1001", insert("10:00", 61, id=None, v="no key"))
RELOAD = load(2, "09:30", row(1, "a"))
AFTER = {(1, "b"), (2, "gone with the second load"), (3, "c")}


def table(name: str) -> Case:
    return Case(name, (FIRST,), live=set())


CASES = [
    table(name)
    for name in (
        "sound",
        "bad_row",
        "cut",
        "cut_load",
        "empty",
        "empty_csv",
        "foreign",
        "drifted",
        "drifted_csv",
        "grown",
    )
]
BY_NAME = {case.name: case for case in CASES}
BROKEN = ["cut", "cut_load", "empty", "empty_csv"]


@dataclass(frozen=True)
class Build:
    """What one build said and left behind."""

    statuses: dict[str, str]
    messages: dict[str, str]
    output: str
    live: dict[str, set[tuple[object, ...]]]

    def lines(self, words: str) -> list[str]:
        return [line for line in self.output.splitlines() if words in line]


class Builds:
    """The lab's builds by name."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.done: dict[str, Build] = {}

    def build(self, name: str, *arguments: str) -> None:
        self.lab.dbt("build", *arguments)
        live = {table: _live(rows) for table, rows in self.lab.tables().items() if "_cases__" in table}
        self.done[name] = Build(self.lab.statuses, self.lab.messages, self.lab.output, live)

    def path(self, case: str, file: str) -> Path:
        return self.lab.lake / "bronze" / "cases" / "public" / case / file


def _live(rows: Rows) -> set[tuple[object, ...]]:
    """Live rows of base_, and the open ones of hist_, which have _valid_to two places further."""
    return {row[:2] for row in rows if not row[2] and (isinstance(row[3], str) or row[4] is None)}


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    lab = Lab(tmp_path_factory.mktemp("bad_files"))
    for other in ("northwind", "handmade", "units"):
        shutil.rmtree(lab.project / "models" / other)
    lab.declare(CASES)
    builds = Builds(lab)
    for case in CASES:
        lab.deliver(case, 0)
    lab.write("cases/public/bad_row", BAD_ROW, BY_NAME["bad_row"].columns, ("id",))
    builds.build("good")
    for case in CASES:
        lab.write(f"cases/public/{case.name}", NEXT, case.columns, case.key)
    _spoil(builds)
    builds.build("spoiled")
    _mend(builds)
    builds.build("mended")
    _declare_more(builds)
    builds.build("declared more", "--select", "base_cases__grown", "hist_cases__grown", "base_cases__sound")
    builds.build("built anew", "--full-refresh", "--select", "base_cases__grown", "hist_cases__grown")
    return builds


def _spoil(builds: Builds) -> None:
    lab = builds.lab
    for name, file in (("cut", NEXT.name), ("cut_load", RELOAD.name)):
        if file == RELOAD.name:
            lab.write(f"cases/public/{name}", RELOAD, BY_NAME[name].columns, ("id",))
        path = builds.path(name, file)
        whole = path.read_bytes()
        path.with_suffix(".kept").write_bytes(whole)
        path.write_bytes(whole[: len(whole) // 2])
    builds.path("empty", NEXT.name).with_name("20240301-100700000.parquet").write_bytes(b"")
    builds.path("empty_csv", NEXT.name).with_name("20240301-100700000.csv").write_bytes(b"")
    other = cdc("1007", insert("10:06", 85, code="x", price=1), insert("10:06", 89, code="y", price=2))
    lab.write("cases/public/foreign", other, {"code": "varchar", "price": "integer"}, ())
    drifted = cdc(
        "1007", insert("10:06", 85, id=4, extra="x"), omit=("v",), types={"extra": "varchar", "id": "bigint"}
    )
    lab.write("cases/public/drifted", drifted, {"id": "integer", "v": "varchar"}, ("id",))
    sent = insert("10:06", 85)
    values = f"I,{sent['_dms_timestamp']},4,d,x,{sent['_dms_change_seq']},\n"
    builds.path("drifted_csv", NEXT.name).with_name("20240301-100700000.csv").write_text(values, "utf-8")
    grown = cdc("1007", insert("10:06", 85, id=4, v="d", n=4), types={"n": "integer"})
    lab.write("cases/public/grown", grown, {"id": "integer", "v": "varchar"}, ("id",))


def _mend(builds: Builds) -> None:
    for name, file in (("cut", NEXT.name), ("cut_load", RELOAD.name)):
        path = builds.path(name, file)
        path.with_suffix(".kept").rename(path)
    for name, kind in (("empty", "parquet"), ("empty_csv", "csv"), ("foreign", "parquet")):
        builds.path(name, NEXT.name).with_name(f"20240301-100700000.{kind}").unlink()


def _declare_more(builds: Builds) -> None:
    shutil.rmtree(builds.lab.project / "models" / "cases")
    grown = replace(BY_NAME["grown"], columns={"id": "integer", "v": "varchar", "n": "integer"})
    builds.lab.declare([case for case in CASES if case.name != "grown"] + [grown])


def bronze(case: str, file: str) -> str:
    return f"bronze/cases/public/{case}/{file}"


IN_DAY = f"{DAY.replace('-', '/')}/20240301-100700000"
UNREADABLE = {
    "cut": bronze("cut", NEXT.name),
    "cut_load": bronze("cut_load", RELOAD.name),
    "empty": bronze("empty", f"{IN_DAY}.parquet"),
    "empty_csv": bronze("empty_csv", f"{IN_DAY}.csv"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_told_in_one_line_with_the_remedy(builds: Builds, name: str) -> None:
    spoiled = builds.done["spoiled"]
    assert spoiled.statuses[f"base_cases__{name}"] == spoiled.statuses[f"hist_cases__{name}"] == "error"
    told = [line for line in spoiled.lines("so its table stays as it was") if f"{UNREADABLE[name]} " in line]
    # dbt shows the message of a model itself, where the engine has no say
    assert told and all("move it away, then build again" in line for line in told)


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_damages_nothing_and_the_next_build_is_right(
    builds: Builds, name: str
) -> None:
    after = {(1, "b"), (3, "c")} if name == "cut_load" else AFTER
    for kind in ("base", "hist"):
        table = f"{kind}_cases__{name}"
        assert builds.done["spoiled"].live[table] == builds.done["good"].live[table] == BEFORE
        assert builds.done["mended"].statuses[table] == "success"
        assert builds.done["mended"].live[table] == after


def test_other_tables_build_beside_a_file_that_cannot_be_read(builds: Builds) -> None:
    spoiled = builds.done["spoiled"]
    stopped = {name for name, status in spoiled.statuses.items() if status in ("error", "skipped", "fail")}
    # the check of rows reads the files of all tables; it catches up
    checks = {"bronze_rows_checked", "rejected_rows", "nothing_rejected_rejected_rows_"}
    assert stopped == checks | {f"{kind}_cases__{name}" for name in BROKEN for kind in ("base", "hist")}
    assert spoiled.live["base_cases__sound"] == spoiled.live["hist_cases__sound"] == AFTER
    assert not builds.done["mended"].lines("so its table stays")


def test_a_file_of_another_table_is_refused_by_name(builds: Builds) -> None:
    for kind in ("base", "hist"):
        assert builds.done["spoiled"].live[f"{kind}_cases__foreign"] == AFTER
        assert builds.done["mended"].live[f"{kind}_cases__foreign"] == AFTER
    (line,) = builds.done["spoiled"].lines("cases.foreign: key column id is missing, so no row is taken")
    assert "move it away, then build again" in line
    assert bronze("foreign", f"{IN_DAY}.parquet") in line
    assert not builds.done["mended"].lines("cases.foreign")


def test_drift_is_a_warning_that_names_column_table_and_file(builds: Builds) -> None:
    spoiled = builds.done["spoiled"]
    assert spoiled.statuses["nothing_drifted_drifted_columns_"] == "warn"
    for words in (
        "cases.drifted: column extra (VARCHAR) is new",
        "cases.drifted: declared column v is missing",
        "cases.drifted: column id is BIGINT, declared as INTEGER",
    ):
        (line,) = spoiled.lines(words)
        assert bronze("drifted", f"{IN_DAY}.parquet") in line
    (line,) = spoiled.lines("cases.drifted_csv: column number 3 is new")
    assert bronze("drifted_csv", f"{IN_DAY}.csv") in line
    assert not spoiled.lines("cases.sound")


def test_declared_columns_keep_working_beside_drift(builds: Builds) -> None:
    spoiled = builds.done["spoiled"]
    assert spoiled.live["base_cases__drifted"] == AFTER | {(4, None)}
    assert spoiled.live["base_cases__drifted_csv"] == AFTER | {(4, "d")}


def test_rejected_rows_are_a_warning_that_names_file_and_reason_while_the_file_is_there(
    builds: Builds,
) -> None:
    for name in ("good", "mended"):
        assert builds.done[name].statuses["nothing_rejected_rejected_rows_"] == "warn"
        (line,) = builds.done[name].lines("left out of silver")
        assert "1 row(s) left out of silver: no id, which is in the key" in line
        assert bronze("bad_row", BAD_ROW.name) in line


def test_a_column_declared_after_the_first_build_asks_for_a_build_anew(builds: Builds) -> None:
    more, anew = builds.done["declared more"], builds.done["built anew"]
    for kind in ("base", "hist"):
        table = f"{kind}_cases__grown"
        assert more.statuses[table] == "error"
        assert "new: n" in more.messages[table]
        assert f"dbt build --full-refresh --select {table}" in more.messages[table]
        assert more.live[table] == builds.done["mended"].live[table]
        assert anew.statuses[table] == "success"
    assert more.statuses["base_cases__sound"] == "success"
    assert builds.lab.query("select n from base_cases__grown where id = 4") == [(4,)]
