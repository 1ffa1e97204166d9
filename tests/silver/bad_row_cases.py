"""Rows that no change can be made of: they stay out of silver, the rest goes in, and nothing is lost."""

from typing import Any

from tests.silver.cases import Case, Text, cdc, change, delete, insert, load, moment, row, update

WIDE = {"id": "integer", "v": "varchar", "n": "smallint"}


def line(op: str, clock: str, counter: int | None, *values: object) -> str:
    """A line of a CSV file: the values, and the change sequence where the word SEQ stands."""
    sent = change(op, clock, counter or 0)
    sequence = "" if counter is None else sent["_dms_change_seq"]
    return ",".join([op, moment(clock), *(sequence if value == "SEQ" else str(value) for value in values)])


def csv(closed: str, *lines: str, end: str = "\n") -> Text:
    """A change file of such lines."""
    name = cdc(closed).name.replace(".parquet", ".csv") if closed[0].isdigit() else f"{closed}.csv"
    return Text(name, "\n".join(lines) + end)


def with_sequence(changed: dict[str, Any], sequence: str) -> dict[str, Any]:
    return {**changed, "_dms_change_seq": sequence}


CASES = [
    Case(
        "bad_rows",
        (
            [
                load(1, "09:00", row(1, "a"), {"id": None, "v": "loaded without key"}),
                cdc(
                    "1005",
                    insert("10:00", 61, id=2, v="b"),
                    change("X", "10:00", 65, id=1, v="unknown op"),
                    with_sequence(update("10:00", 69, id=1, v="short"), "2024030110000000"),
                    with_sequence(
                        update("10:00", 73, id=1, v="letters"), "20240301100000000000000000000000O73"
                    ),
                    insert("10:00", 77, id=None, v="no key"),
                    delete("10:00", 81, id=None),
                    {**update("10:00", 85, id=1, v="no time"), "_dms_timestamp": "yesterday"},
                    {**update("10:00", 89, id=1, v="null time"), "_dms_timestamp": None},
                ),
            ],
            [cdc("1006", update("10:05", 93, id=1, v="a2"), change("", "10:05", 97, id=2, v="no op"))],
        ),
        live={(1, "a2"), (2, "b")},
    ),
    Case(
        "bad_csv_rows",
        (
            [
                csv(
                    "LOAD00000001",
                    line("I", "09:00", None, 1, "a", 1, "SEQ", ""),
                    line("I", "09:00", None, 2, "b", 2, "SEQ", ""),
                    line("I", "09:00", None, 3, "c", "", "SEQ"),
                ),
                csv(
                    "1005",
                    line("I", "10:00", 61, 4, "d", 4, "SEQ", ""),
                    line("U", "10:00", 65, 1, "too few", "SEQ", ""),
                    line("U", "10:00", 69, 1, "too", "many", 1, "SEQ", ""),
                    line("U", "10:00", 73, 1, "many more", *range(20), "SEQ", ""),
                    line("U", "10:00", 77, 1, "value", "seven", "SEQ", ""),
                    line("U", "10:00", 81, 1, "value", 70000, "SEQ", ""),
                    line("U", "10:00", 85, 9, "before image", 1, "SEQ", "one"),
                    line("U", "10:00", 89, "", "no key", 1, "SEQ", ""),
                    line("U", "10:00", 93, "1x", "key", 1, "SEQ", ""),
                    line("U", "10:00", 97, 1, "sequence", 1, "today", ""),
                    line("Y", "10:00", 101, 1, "op", 1, "SEQ", ""),
                    line("I", "10:00", 105, 5, '"e, ""quoted"""', "", "SEQ", ""),
                ),
            ],
            # cut off by whoever copied it, and a quote that nobody closed
            [
                csv("1006", line("U", "10:05", 109, 2, "b2", 2, "SEQ", ""), "U,2024-03-01 10:0", end=""),
                csv(
                    "1007",
                    *(line("I", "10:06", at, at, "f", 6, "SEQ", "") for at in (113, 117)),
                    'U,"',
                    "I,lost",
                ),
            ],
        ),
        columns=WIDE,
        live={(1, "a", 1), (2, "b2", 2), (4, "d", 4), (5, 'e, "quoted"', None), (113, "f", 6), (117, "f", 6)},
    ),
    Case(
        # n came later, before images later still, and then a column that the registry does not know
        "csv_layouts",
        (
            [
                csv(
                    "LOAD00000001",
                    line("I", "09:00", None, 1, "a", "SEQ"),
                    line("I", "09:00", None, 2, "b", "SEQ"),
                ),
                csv("1005", line("U", "10:00", 61, 1, "a2", "SEQ"), line("I", "10:00", 65, 3, "c", "SEQ")),
                csv("1006", line("U", "10:01", 77, 2, "b2", "SEQ", "")),
            ],
            [
                csv("1007", line("U", "10:05", 89, 3, "c", 3, "SEQ")),
                csv(
                    "1008",
                    line("I", "10:06", 101, 4, "d", 4, "SEQ", ""),
                    line("U", "10:06", 105, 5, "e", 5, "SEQ", 4),
                ),
            ],
            [
                csv("1009", line("U", "10:07", 117, 6, "e", 6, "extra", "SEQ", 5)),
                csv("LOAD00000002", line("I", "10:10", None, 1, "a", 1, "extra", "SEQ", "")),
                csv(
                    "1011",
                    line("I", "10:11", 129, 7, "g", 7, "extra", "SEQ"),
                    line("I", "10:11", 133, 2, "h", 7, "", "SEQ"),
                ),
            ],
        ),
        columns=WIDE,
        live={(1, "a", 1), (2, "h", 7), (7, "g", 7)},
    ),
]

# (table, file, reason): how many rows, after the last step
REJECTED = {
    ("bad_rows", "LOAD00000001.parquet", "no id, which is in the key"): 1,
    ("bad_rows", "20240301-100500000.parquet", 'unknown Op "X"'): 1,
    ("bad_rows", "20240301-100500000.parquet", 'change sequence "2024030110000000" is not 35 digits'): 1,
    (
        "bad_rows",
        "20240301-100500000.parquet",
        'change sequence "20240301100000000000000000000000O73" is not 35 digits',
    ): 1,
    ("bad_rows", "20240301-100500000.parquet", "no id, which is in the key"): 2,
    ("bad_rows", "20240301-100500000.parquet", 'no commit time: "yesterday"'): 1,
    ("bad_rows", "20240301-100500000.parquet", 'no commit time: ""'): 1,
    ("bad_rows", "20240301-100600000.parquet", 'unknown Op ""'): 1,
    ("bad_csv_rows", "LOAD00000001.csv", "6 fields where the rows of its file have 7"): 1,
    ("bad_csv_rows", "20240301-100500000.csv", "6 fields where the rows of its file have 7"): 1,
    ("bad_csv_rows", "20240301-100500000.csv", "8 fields where the rows of its file have 7"): 1,
    ("bad_csv_rows", "20240301-100500000.csv", "15 fields where the rows of its file have 7"): 1,
    ("bad_csv_rows", "20240301-100500000.csv", 'n: "seven" is no smallint'): 1,
    ("bad_csv_rows", "20240301-100500000.csv", 'n: "70000" is no smallint'): 1,
    ("bad_csv_rows", "20240301-100500000.csv", 'id: "one" is no integer'): 1,
    ("bad_csv_rows", "20240301-100500000.csv", "no id, which is in the key"): 1,
    ("bad_csv_rows", "20240301-100500000.csv", 'id: "1x" is no integer'): 1,
    ("bad_csv_rows", "20240301-100500000.csv", 'change sequence "today" is not 35 digits'): 1,
    ("bad_csv_rows", "20240301-100500000.csv", 'unknown Op "Y"'): 1,
    ("bad_csv_rows", "20240301-100600000.csv", "2 fields where the rows of its file have 7"): 1,
    ("bad_csv_rows", "20240301-100700000.csv", "2 fields where the rows of its file have 7"): 1,
    ("keyless_with_updates", "20240301-100600000.parquet", "Op U in a table without a key"): 1,
    ("keyless_with_updates", "20240301-100600000.parquet", "Op D in a table without a key"): 1,
    ("nulls", "20240301-100600000.parquet", "no id, which is in the key"): 1,
    ("composite_key", "20240301-100600000.parquet", "no b, which is in the key"): 1,
}
