"""E8 to E14 and E30: the columns of a row, and the form of a value."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.postgres.connection import connect
from ingestion.postgres.engine import PostgresCatalog, PostgresEngine
from ingestion.registry import Column, Source, Table
from ingestion.replica.declaration import wrong_declarations
from tests.conformance.conftest import AS_IN_JULY, SELECT_ALL, Live, counters, values

CHANGES = (
    "insert into t values (2, 'two')",
    "update t set v = 'TWO' where id = 2",
    "update t set id = 3 where id = 2",
    "delete from t where id = 3",
)
WITH_OP = [["1", "one"], ["2", "two"], ["2", "TWO"], ["3", "TWO"], ["3", ""]]

# IncludeOpForFullLoad, CdcInsertsOnly, CdcInsertsAndUpdates; Op in the full load, Ops in the changes, and
# the places in WITH_OP of the changes that are written
OP_TABLE = [
    (False, False, False, None, "IUUD", (1, 2, 3, 4)),
    (True, False, False, "I", "IUUD", (1, 2, 3, 4)),
    (True, True, False, "I", "I", (1,)),
    (False, True, False, None, None, (1,)),
    (True, False, True, "I", "IUU", (1, 2, 3)),
    # the user guide's table says I or U, its text and the API say none
    (False, False, True, None, None, (1, 2, 3)),
]


@pytest.mark.parametrize("data_format", ["csv", "parquet"])
def test_e09_the_six_rows_of_the_op_table(live: Live, data_format: str) -> None:
    live.execute("create table t (id int primary key, v text)", "insert into t values (1, 'one')")
    replicas = []
    for include, inserts, updates, *_ in OP_TABLE:
        settings = {
            "DataFormat": data_format,
            "IncludeOpForFullLoad": include,
            "CdcInsertsOnly": inserts,
            "CdcInsertsAndUpdates": updates,
            "TimestampColumnName": None,
        }
        replicas.append(live.replica("t", settings=settings, rules=[SELECT_ALL]))
        replicas[-1].run()
    live.execute(*CHANGES)
    for replica, (*_, load_op, change_ops, places) in zip(replicas, OP_TABLE, strict=True):
        replica.run()
        ((load,), (changes,)) = replica.load_files("t"), replica.change_files("t")
        if data_format == "csv":
            found = [replica.rows(load), replica.rows(changes)]
        else:
            found = [
                [["" if v is None else str(v) for v in row] for row in replica.parquet(key)]
                for key in (load, changes)
            ]
        expected = [WITH_OP[at] for at in places]
        if change_ops:
            expected = [[op, *row] for op, row in zip(change_ops, expected, strict=True)]
        assert found == [[[load_op, *WITH_OP[0]] if load_op else WITH_OP[0]], expected]


@pytest.mark.parametrize("named", [False, True])
def test_e10_a_header_or_none_with_op_and_the_name_of_the_timestamp(live: Live, named: bool) -> None:
    live.execute('create table t (id int primary key, "Mixed Case" text)', "insert into t values (1, 'x')")
    replica = live.replica("t", settings={"AddColumnName": named} if named else {})
    replica.run()
    live.execute("update t set id = 2")
    replica.run()
    header = ["Op", "committed_at", "id", "Mixed Case", "seq", "before_id"]
    (load,), (changes,) = replica.load_files("t"), replica.change_files("t")
    for key, operation in ((load, "I"), (changes, "U")):
        first, *others = replica.rows(key)
        assert (first == header, len(others)) == (named, int(named))
        assert (others or [first])[0][0] == operation


@pytest.mark.parametrize(("setting", "null"), [(None, ""), ("", ""), ("NULL", "NULL"), (r"\N", r"\N")])
def test_e11_null_and_the_empty_string_under_csvnullvalue(live: Live, setting: str | None, null: str) -> None:
    # without the setting a real task wrote nothing, though NULL is documented
    live.execute(
        "create table t (id int primary key, v text, n int)",
        "insert into t values (1, null, null), (2, '', 0), (3, 'NULL', 1)",
    )
    replica = live.replica("t", settings={"CsvNullValue": setting})
    replica.run()
    live.execute("update t set n = n", "delete from t where id = 1")
    replica.run()
    told = [("1", null, null), ("2", "", "0"), ("3", "NULL", "1")]
    assert values(replica.loaded("t"), 2) == [("I", *row) for row in told]
    assert values(replica.changes("t"), 2) == [*(("U", *row) for row in told), ("D", "1", null, null)]
    # what the task adds is null in the same way: the sequence of a load, the image of a key that stays
    assert {tuple(row[-2:]) for row in replica.loaded("t")} == {(null, null)}
    assert {row[-1] for row in replica.changes("t")} == {null}


def test_e12_quotes_only_where_rfc_4180_asks_for_them(live: Live) -> None:
    live.execute("create table t (id int primary key, v text)")
    replica = live.replica("t", rules=[SELECT_ALL], settings={"TimestampColumnName": None})
    replica.run()
    written = {
        "plain": "plain",
        "with, comma": '"with, comma"',
        'a "quoted" word': '"a ""quoted"" word"',
        '"': '""""',
        "two\nlines": '"two\nlines"',
        "back\\slash \\n \\N": "back\\slash \\n \\N",
        " spaces ": " spaces ",
        "it's; a\ttab": "it's; a\ttab",
        "Ünïcödé 東京 🎉": "Ünïcödé 東京 🎉",
        "": "",
    }
    texts = ", ".join(f"({at}, '{text.replace(chr(39), chr(39) * 2)}')" for at, text in enumerate(written))
    live.execute(f"insert into t values {texts}")
    replica.run()
    replica.run(reload=True)
    lines = "".join(f"I,{at},{text}\n" for at, text in enumerate(written.values()))
    # UTF-8, a line feed after each row, nothing before the first
    for key in replica.files("t"):
        assert replica.path(key).read_bytes() == lines.encode()


def test_e13_floats_have_a_sign_nine_or_seventeen_digits_and_an_exponent(live: Live) -> None:
    live.execute("create table t (id int primary key, r real, d double precision)")
    replica = live.replica("t")
    replica.run()
    live.execute(
        "insert into t values (1, 32.38, 0.1), (2, 0, '-0'), (3, -1e-20, 1e300), (4, 11, 12345678)",
        "insert into t values (5, null, 0)",
    )
    replica.run()
    replica.run(reload=True)
    written = [
        # the first as in the real orders
        ("+3.23800011e+01", "+1.0000000000000001e-01"),
        ("+0.00000000e+00", "-0.0000000000000000e+00"),
        ("-9.99999968e-21", "+1.0000000000000001e+300"),
        ("+1.10000000e+01", "+1.2345678000000000e+07"),
        ("", "+0.0000000000000000e+00"),
    ]
    for rows in (replica.loaded("t"), replica.changes("t")):
        assert [tuple(row[3:5]) for row in rows] == written


SPELLED_OUT = "1 YEAR, 2 MONTHS, 3 DAYS, 4 HOURS, 5 MINUTES, 6 SECONDS"
UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
# a row of the type table each: type, literal, DMS's Parquet type as DuckDB names it, value, and in CSV
TYPES: list[tuple[str, str, str, Any, str]] = [
    ("smallint", "-32768", "SMALLINT", -32768, "-32768"),
    ("int", "2147483647", "INTEGER", 2147483647, "2147483647"),
    ("bigint", "-9223372036854775808", "BIGINT", -(2**63), "-9223372036854775808"),
    ("serial", "7", "INTEGER", 7, "7"),
    ("numeric(10,2)", "-12345678.9", "DECIMAL(10,2)", Decimal("-12345678.90"), "-12345678.90"),
    ("numeric(38,10)", "0.0000000001", "DECIMAL(38,10)", Decimal("1E-10"), "0.0000000001"),
    ("numeric(39,2)", "1.5", "VARCHAR", "1.50", "1.50"),
    ("money", "-1234.56", "DECIMAL(38,4)", Decimal("-1234.5600"), "-1234.5600"),
    ("real", "0.25", "FLOAT", 0.25, "+2.50000000e-01"),
    ("double precision", "0.25", "DOUBLE", 0.25, "+2.5000000000000000e-01"),
    ("char(4)", "'ab'", "VARCHAR", "ab  ", "ab  "),
    ("varchar(9)", "'ab'", "VARCHAR", "ab", "ab"),
    ("text", "'long'", "VARCHAR", "long", "long"),
    ("json", """'{"a" :  1}'""", "VARCHAR", '{"a" :  1}', '{"a" :  1}'),
    ("jsonb", """'{"a" :  1}'""", "VARCHAR", '{"a": 1}', '{"a": 1}'),
    ("int[]", "'{1,null,3}'", "VARCHAR", "{1,NULL,3}", "{1,NULL,3}"),
    ("varchar(9)[]", """'{a,"b c"}'""", "VARCHAR", '{a,"b c"}', '{a,"b c"}'),
    ("pair", "'(1,\"b c\")'", "VARCHAR", '(1,"b c")', '(1,"b c")'),
    ("bytea", r"'\x00ff5c'", "BLOB", b"\x00\xff\x5c", "00ff5c"),
    ("bytea", r"'\x'", "BLOB", b"", ""),
    ("date", "'2024-02-29'", "DATE", date(2024, 2, 29), "2024-02-29"),
    ("time", "'23:59:59.999999'", "TIME", time(23, 59, 59, 999999), "23:59:59.999999"),
    ("timestamp", "'2018-01-02 03:04:05.6789'", "TIMESTAMP", datetime(2018, 1, 2, 3, 4, 5, 678900),
     "2018-01-02 03:04:05.678900"),
    ("timestamptz", "'2018-01-02 03:04:05-03'", "TIMESTAMP", datetime(2018, 1, 2, 6, 4, 5),
     "2018-01-02 06:04:05.000000"),
    ("interval", "'1 year 2 mon 3 day 4:05:06'", "VARCHAR", *2 * (SPELLED_OUT,)),
    ("interval", "'-1 mon +1 sec'", "VARCHAR", "1 MONTH, -1 SECOND AGO", "1 MONTH, -1 SECOND AGO"),
    ("interval", "'0'", "VARCHAR", "0", "0"),
    ("boolean", "true", "VARCHAR", "true", "true"),
    ("boolean", "false", "VARCHAR", "false", "false"),
    ("mood", "'happy'", "VARCHAR", "happy", "happy"),
    ("uuid", f"'{UUID.upper()}'", "VARCHAR", UUID, UUID),
    ("inet", "'10.0.0.1/24'", "VARCHAR", "10.0.0.1/24", "10.0.0.1/24"),
    ("cidr", "'10.0.0.0/24'", "VARCHAR", "10.0.0.0/24", "10.0.0.0/24"),
    ("bit(4)", "B'0110'", "VARCHAR", "0110", "0110"),
    # nothing of type xml: the embedded server cannot make a value of it
    ("tsvector", "'fat cat'", "VARCHAR", "'cat' 'fat'", "'cat' 'fat'"),
    ("int4range", "'[1,5)'", "VARCHAR", "[1,5)", "[1,5)"),
    ("point", "'(1,2)'", "VARCHAR", "(1,2)", "(1,2)"),
    ("line", "'{1,2,3}'", "VARCHAR", "{1,2,3}", "{1,2,3}"),
    ("box", "'(1,2),(0,0)'", "VARCHAR", "(1,2),(0,0)", "(1,2),(0,0)"),
    ("positive", "7", "INTEGER", 7, "7"),
]  # fmt: skip


def test_e14_every_type_of_postgresql_as_dms_maps_it_from_load_and_from_log(live: Live) -> None:
    columns = ", ".join(f"c{at} {row[0]}" for at, row in enumerate(TYPES))
    literals = ", ".join(row[1] for row in TYPES)
    live.execute(
        "create type mood as enum ('happy'); create type pair as (a int, b text); "
        "create domain positive as int check (value > 0)",
        f"create table t (id int primary key, {columns})",
        f"insert into t values (1, {literals})",
    )
    parquet, csv = (live.replica("t", settings={"DataFormat": kind}) for kind in ("parquet", "csv"))
    for replica in (parquet, csv):
        replica.run()
    live.execute(f"insert into t values (2, {literals})")
    for replica in (parquet, csv):
        replica.run()
        assert len(replica.files("t")) == 2
    at = slice(3, 3 + len(TYPES))
    for key in parquet.files("t"):
        assert list(parquet.types(key).values())[at] == [row[2] for row in TYPES]
        assert parquet.parquet(key)[0][at] == tuple(row[3] for row in TYPES)
    for key in csv.files("t"):
        assert csv.rows(key)[0][at] == [row[4] for row in TYPES]


def test_e14_a_type_that_dms_does_not_migrate_is_told_before_the_load(live: Live) -> None:
    live.execute("create table t (id int primary key, large oid)")
    table = Table("t", (Column("id", "integer"), Column("large", "varchar")), ("id",))
    source = Source("shop", "postgres", "public", (table,), Path("_shop__sources.yml"), "bronze_shop")
    with closing(connect(live.dsn)) as connection:
        (told,) = wrong_declarations(source, PostgresEngine(), PostgresCatalog(connection))
    assert told == "_shop__sources.yml: shop.t.large is of type oid, which DMS does not migrate: leave it out"


def test_e30_a_numeric_without_scale_is_cut_to_six_decimals_never_rounded(live: Live) -> None:
    numbers = {
        "0.611111104488373": "0.611111",
        "0.6666669": "0.666666",
        "-0.9999999": "-0.999999",
        "12345678901234567890.1234567": "12345678901234567890.123456",
        "5": "5.000000",
        "0.0000001": "0.000000",
    }
    live.execute("create table t (id int primary key, v numeric)")
    replica = live.replica("t")
    replica.run()
    live.execute(*(f"insert into t values ({at}, {number})" for at, number in enumerate(numbers)))
    replica.run()
    replica.run(reload=True)
    for rows in (replica.loaded("t"), replica.changes("t")):
        assert [row[3] for row in rows] == list(numbers.values())


def test_the_columns_stand_in_dms_order_whatever_the_order_of_the_rules(live: Live) -> None:
    headers = {
        "where_in_log": "$AR_H_STREAM_POSITION",
        "transaction": "$AR_H_TRANSACTION_ID",
        "operation": "$AR_H_OPERATION",
    }
    added = [{"rule-type": "transformation", "rule-action": "add-column", "value": name, "expression": header}
             for name, header in headers.items()]  # fmt: skip
    live.execute("create table t (b text, a int primary key)", "insert into t values ('x', 1)")
    replica = live.replica("t", rules=[*reversed(AS_IN_JULY), *added], settings={"AddColumnName": True})
    replica.run()
    live.execute("update t set a = 2")
    replica.run()
    names = ["Op", "committed_at", "b", "a", "seq", "where_in_log", "transaction", "operation", "before_a"]
    load, change = ([dict(zip(*replica.rows(key), strict=True))] for key in replica.files("t"))
    assert [list(row) for row in load + change] == [names, names]
    # a load has no place in the log
    (loaded,), (changed,) = load, change
    assert [loaded[name] for name in names[4:]] == ["", "", "", "INSERT", ""]
    assert (changed["operation"], changed["before_a"]) == ("UPDATE", "1")
    assert counters([[changed["seq"]]]) == [61]
    assert len(changed["transaction"]) == 32 and int(changed["transaction"], 16) > 0
    high, low = changed["where_in_log"].split("/")
    assert int(high, 16) >= 0 and int(low, 16) > 0
