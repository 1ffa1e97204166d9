"""Files that do not look as the registry declares their table."""

from tests.silver.cases import Case, cdc, insert, load, row, update

CASES = [
    Case(
        # a column that the source has had since the second file, and the registry does not know
        "undeclared_column",
        (
            [load(1, "09:00", row(1, "a"))],
            [cdc("1005", insert("10:00", 61, id=2, v="b", extra="x"), types={"extra": "varchar"})],
            [cdc("1006", update("10:05", 73, id=1, v="c", extra=7), types={"extra": "integer"})],
        ),
        live={(1, "c"), (2, "b")},
    ),
    Case(
        # declared, but the first files do not have it yet
        "missing_column",
        (
            [load(1, "09:00", {"id": 1, "v": "a"}, omit=("n",))],
            [cdc("1005", insert("10:00", 61, id=2, v="b", n=2))],
            [cdc("1006", update("10:05", 73, id=2, v="b"), omit=("n",))],
        ),
        columns={"id": "integer", "v": "varchar", "n": "integer"},
        live={(1, "a", None), (2, "b", None)},
    ),
    Case(
        # before images were switched on later, and no file has the change sequence at first
        "missing_added_columns",
        (
            [load(1, "09:00", row(1, "a"), omit=("_dms_change_seq", "before_id"))],
            [cdc("1005", insert("10:00", 61, id=2, v="b"), omit=("before_id",))],
            [cdc("1006", update("10:05", 73, id=3, v="b", before_id=2))],
        ),
        live={(1, "a"), (3, "b")},
    ),
    Case(
        # wider in the file than declared: what fits is taken, decimals are rounded
        "wider_type_that_fits",
        (
            [
                cdc(
                    "1005",
                    insert("10:00", 61, id=1, n=7, d="1.239"),
                    types={"n": "bigint", "d": "decimal(38,10)"},
                )
            ],
            [cdc("1006", insert("10:05", 73, id=2, n=8, d="2.5"))],
        ),
        columns={"id": "integer", "n": "smallint", "d": "decimal(10,2)"},
        live={(1, 7, "1.24"), (2, 8, "2.50")},
    ),
]

# what does not fit stops its own table, and no other, until the registry is right
BROKEN = [
    Case(
        "wider_type_that_does_not_fit",
        (
            [cdc("1005", insert("10:00", 61, id=1, n=7))],
            [cdc("1006", insert("10:05", 73, id=2, n=70000), types={"n": "bigint"})],
        ),
        columns={"id": "integer", "n": "smallint"},
        live={(1, 7)},
    ),
    Case(
        "another_type",
        (
            [cdc("1005", insert("10:00", 61, id=1, n=7))],
            [cdc("1006", insert("10:05", 73, id=2, n="seven"), types={"n": "varchar"})],
        ),
        columns={"id": "integer", "n": "integer"},
        live={(1, 7)},
    ),
]
