"""Tables without a key: only inserts arrive, and two equal rows are two rows."""

from tests.silver.cases import Case, cdc, delete, insert, load, row, update

TWINS = cdc("1005", insert("10:00", 61, id=1, v="twin"), insert("10:00", 65, id=1, v="twin"))

CASES = [
    Case(
        "keyless",
        (
            [load(1, "09:00", row(1, "loaded"), row(1, "loaded"), row(2, None)), TWINS],
            # sent again under a new name, and more with it
            [cdc("1007", *TWINS.rows, insert("10:06", 85, id=3, v="new"))],
            # the first files once more
            [load(1, "09:00", row(2, None), row(1, "loaded"), row(1, "loaded")), TWINS],
        ),
        key=(),
        live={(1, "loaded", 2), (2, None, 1), (1, "twin", 2), (3, "new", 1)},
    ),
    Case(
        "keyless_reload",
        (
            [load(1, "09:00", row(1, "a"), row(2, "b")), cdc("1005", insert("10:00", 61, id=3, v="c"))],
            [load(2, "11:00", row(1, "a"), row(3, "c"))],
            [
                cdc("1006", insert("10:05", 73, id=4, v="before the reload")),
                cdc("1102", insert("11:01", 85, id=5, v="e")),
            ],
        ),
        key=(),
        live={(1, "a", 1), (3, "c", 1), (5, "e", 1)},
    ),
    Case(
        "keyless_without_sequence",
        (
            [
                cdc(
                    "1005",
                    insert("10:00", 1, id=1, v="a"),
                    insert("10:00", 1, id=1, v="a"),
                    omit=("_dms_change_seq",),
                )
            ],
            [cdc("1006", insert("10:00", 1, id=1, v="a"), omit=("_dms_change_seq",))],
            [
                cdc(
                    "1005",
                    insert("10:00", 1, id=1, v="a"),
                    insert("10:00", 1, id=1, v="a"),
                    omit=("_dms_change_seq",),
                )
            ],
        ),
        key=(),
        live={(1, "a", 3)},
    ),
    Case(
        "keyless_with_updates",
        (
            [cdc("1005", insert("10:00", 61, id=1, v="a"))],
            [cdc("1006", update("10:05", 73, id=1, v="b"), delete("10:06", 85, id=1))],
        ),
        key=(),
        live={(1, "a", 1)},
    ),
]
