"""Files that arrive twice, late, changed, in parts, or not at all."""

from tests.silver.cases import Case, Gone, cdc, delete, insert, load, row, update

# a change file with a bit of everything: 1 changed, 2 deleted, 3 moved to 4
MIXED = (
    insert("10:00", 61, id=1, v="a"),
    insert("10:00", 65, id=2, v="b"),
    insert("10:01", 77, id=3, v="c"),
    update("10:02", 89, id=1, v="a2"),
    delete("10:03", 101, id=2),
    update("10:04", 113, id=4, v="c", before_id=3),
)
# and what happens afterwards: 1 deleted, 2 inserted again
LATER = (delete("10:10", 125, id=1), insert("10:11", 137, id=2, v="again"))
MIXED_LIVE = {(1, "a2"), (4, "c")}
LATER_LIVE = {(2, "again"), (4, "c")}

CASES = [
    Case(
        "copied_in_one_run",
        ([cdc("1005", *MIXED), cdc("1006", *MIXED)],),
        live=MIXED_LIVE,
        lives={
            (1, "a", "10:00", "10:02"),
            (1, "a2", "10:02", None),
            (2, "b", "10:00", "10:03"),
            (3, "c", "10:01", "10:04"),
            (4, "c", "10:04", None),
        },
    ),
    Case("written_again", ([cdc("1005", *MIXED)], [cdc("1005", *MIXED)]), live=MIXED_LIVE),
    Case("copied_later", ([cdc("1005", *MIXED)], [cdc("1007", *MIXED)]), live=MIXED_LIVE),
    Case(
        "copied_after_newer_changes",
        ([cdc("1005", *MIXED)], [cdc("1012", *LATER)], [cdc("1015", *MIXED)]),
        live=LATER_LIVE,
    ),
    Case("late", ([cdc("1012", *LATER)], [cdc("1005", *MIXED)]), live=LATER_LIVE),
    Case(
        # a restarted task counts from 61 again, within the same hundredth
        "counter_began_again",
        ([cdc("1005", insert("10:00", 900, id=1, v="a")), cdc("1006", update("10:00", 61, id=1, v="b"))],),
        live={(1, "b")},
        lives={(1, "b", "10:00", None)},
    ),
    Case(
        "one_timestamp_many_changes",
        (
            [
                cdc(
                    "1005",
                    insert("10:00", 61, id=1, v="a"),
                    update("10:00", 65, id=1, v="b"),
                    delete("10:00", 69, id=1),
                    insert("10:00", 73, id=1, v="c"),
                )
            ],
        ),
        live={(1, "c")},
        lives={(1, "c", "10:00", None)},
    ),
    Case(
        "tombstone_then_older_change",
        (
            [cdc("1005", delete("10:03", 101, id=1), delete("10:03", 105, id=7))],
            [cdc("1004", insert("10:00", 61, id=1, v="risen?"), update("10:01", 65, id=7, v="risen?"))],
        ),
        live=set(),
        lives={(1, "risen?", "10:00", "10:03"), (7, "risen?", "10:01", "10:03")},
    ),
    Case(
        "deleted_key_inserted_again_out_of_order",
        (
            [cdc("1009", insert("10:08", 300, id=1, v="new"))],
            [cdc("1005", insert("10:00", 61, id=1, v="old"))],
            [cdc("1007", delete("10:06", 200, id=1))],
        ),
        live={(1, "new")},
        lives={(1, "old", "10:00", "10:06"), (1, "new", "10:08", None)},
    ),
    Case(
        "key_change_before_the_insert_arrives",
        (
            [cdc("1007", update("10:06", 200, id=3, v="a", before_id=2))],
            [cdc("1006", update("10:05", 100, id=2, v="a", before_id=1))],
            [cdc("1004", insert("10:00", 61, id=1, v="a"))],
        ),
        live={(3, "a")},
        lives={(1, "a", "10:00", "10:05"), (2, "a", "10:05", "10:06"), (3, "a", "10:06", None)},
    ),
    Case(
        "changed_under_its_name",
        (
            [cdc("1005", insert("10:00", 61, id=1, v="a"))],
            [cdc("1005", insert("10:00", 61, id=1, v="a"), insert("10:01", 73, id=2, v="b"))],
            [cdc("1005", insert("10:01", 73, id=2, v="b"), delete("10:02", 85, id=1))],
        ),
        live={(2, "b")},
        overwritten=True,
    ),
    Case("folder_appears_later", ([], [], [cdc("1005", *MIXED)]), live=MIXED_LIVE),
    Case("never_any_file", ([],), live=set()),
    Case(
        "vanishes_before_it_is_read",
        (
            [cdc("1005", insert("10:00", 61, id=1, v="a"))],
            [
                cdc("1006", insert("10:05", 73, id=2, v="b")),
                cdc("1007", insert("10:06", 85, id=3, v="c")),
                Gone(cdc("1006").name, after_noticing=True),
            ],
            # and comes back
            [cdc("1006", insert("10:05", 73, id=2, v="b"))],
        ),
        live={(1, "a"), (2, "b"), (3, "c")},
    ),
    Case(
        "transaction_over_three_files",
        (
            [load(1, "09:00", row(1, "loaded")), cdc("100501", delete("10:00", 61, id=1))],
            [cdc("100503", update("10:00", 69, id=1, v="c"))],
            [cdc("100502", insert("10:00", 65, id=1, v="b"))],
        ),
        live={(1, "c")},
        lives={(1, "loaded", "09:00", "10:00"), (1, "c", "10:00", None)},
    ),
    Case(
        "nulls",
        (
            [cdc("1005", insert("10:00", 61, id=1, v="a"), insert("10:00", 65, id=2, v=None))],
            [cdc("1006", update("10:05", 77, id=1, v=None), insert("10:05", 81, id=None, v="no key"))],
        ),
        live={(1, None), (2, None)},
    ),
    Case(
        "composite_key",
        (
            [
                load(1, "09:00", {"a": 7, "b": 1, "v": "x"}, {"a": 7, "b": 2, "v": "y"}),
                cdc("1005", update("10:00", 61, a=7, b=77, v="x", before_a=7, before_b=1)),
            ],
            [cdc("1006", delete("10:05", 73, a=7, b=2), insert("10:05", 77, a=7, b=None, v="no key"))],
        ),
        columns={"a": "integer", "b": "integer", "v": "varchar"},
        key=("a", "b"),
        live={(7, 77, "x")},
        lives={(7, 1, "x", "09:00", "10:00"), (7, 2, "y", "09:00", "10:05"), (7, 77, "x", "10:00", None)},
    ),
]
