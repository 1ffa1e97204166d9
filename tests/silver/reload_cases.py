"""Full loads: one, several, in parts, without what they should have, and changes around them."""

from tests.silver.cases import Case, Gone, cdc, delete, insert, load, row, update

OLD = cdc("1005", update("10:00", 61, id=1, v="a2"), insert("10:01", 73, id=5, v="e"))
# changes from before the second load that only arrive after it
LATE = cdc(
    "1006",
    update("10:05", 85, id=2, v="late"),
    update("10:05", 89, id=1, v="late"),
    insert("10:05", 93, id=8, v="late"),
)
# changes that were cached while the second load ran
CACHED = cdc("1102", update("11:00:30", 97, id=1, v="a4"), insert("11:01", 109, id=6, v="f"))

CASES = [
    Case(
        # DO_NOTHING: LOAD00000001 is overwritten, the rest stays and is no longer true
        "reload_overwrites",
        (
            [load(1, "09:00", row(1, "a"), row(2, "b")), load(2, "09:00", row(3, "c"), row(4, "d")), OLD],
            [load(1, "11:00", row(1, "a3"), row(3, "c"))],
            [CACHED, LATE],
        ),
        live={(1, "a4"), (3, "c"), (6, "f")},
        overwritten=True,
    ),
    Case(
        # DROP_AND_CREATE: the folder is cleared first
        "reload_clears",
        (
            [load(1, "09:00", row(1, "a"), row(2, "b")), OLD],
            [Gone(load(1, "09:00").name), Gone(OLD.name)],
            [load(1, "11:00", row(1, "a3")), CACHED],
        ),
        live={(1, "a4"), (6, "f")},
        overwritten=True,
    ),
    Case(
        # nothing is lost here, so history can be told, and told again
        "reload_beside",
        (
            [load(1, "09:00", row(1, "a"), row(2, "b"), row(3, "c")), OLD],
            [load(2, "11:00", row(1, "a3"), row(3, "c"))],
            [CACHED, LATE],
        ),
        live={(1, "a4"), (3, "c"), (6, "f")},
        lives={
            (1, "a", "09:00", "10:00"),
            (1, "a2", "10:00", "10:05"),
            (1, "late", "10:05", "11:00"),
            (1, "a3", "11:00", "11:00:30"),
            (1, "a4", "11:00:30", None),
            (2, "b", "09:00", "10:05"),
            (2, "late", "10:05", "11:00"),
            (3, "c", "09:00", "11:00"),
            (3, "c", "11:00", None),
            (5, "e", "10:01", "11:00"),
            (6, "f", "11:01", None),
            (8, "late", "10:05", "11:00"),
        },
    ),
    Case(
        "reload_in_parts",
        (
            [load(1, "09:00", row(1, "a"), row(2, "b")), OLD],
            [load(2, "11:00", row(1, "a3"))],
            [load(3, "11:00", row(2, "b3"))],
        ),
        live={(1, "a3"), (2, "b3")},
    ),
    Case(
        "reload_arrives_before_the_first_load",
        ([load(2, "11:00", row(1, "new"))], [load(1, "09:00", row(1, "old"), row(2, "gone"))], [OLD]),
        live={(1, "new")},
        lives={
            (1, "old", "09:00", "10:00"),
            (1, "a2", "10:00", "11:00"),
            (1, "new", "11:00", None),
            (2, "gone", "09:00", "11:00"),
            (5, "e", "10:01", "11:00"),
        },
    ),
    Case(
        # a tombstone of the first generation, loaded again by the second
        "reload_brings_back",
        (
            [load(1, "09:00", row(1, "a")), cdc("1005", delete("10:00", 61, id=1))],
            [load(2, "11:00", row(1, "back"))],
            [cdc("1004", update("09:30", 51, id=1, v="late"))],
        ),
        live={(1, "back")},
        lives={(1, "a", "09:00", "09:30"), (1, "late", "09:30", "10:00"), (1, "back", "11:00", None)},
    ),
    Case(
        "load_with_fraction",
        (
            [load(1, "09:00:00.5", row(1, "a")), cdc("0905", update("09:00:00.51", 61, id=1, v="b"))],
            [load(2, "11:00:00.123456", row(1, "c")), cdc("1105", insert("11:00:00.13", 73, id=2, v="d"))],
        ),
        live={(1, "c"), (2, "d")},
    ),
    Case(
        # the load read the row after the insert and the update that the log brings too
        "born_during_the_load",
        (
            [load(1, "09:00", row(1, "b"), row(2, "x"))],
            [cdc("0905", insert("09:01", 61, id=1, v="a"), update("09:02", 73, id=1, v="b"))],
            [cdc("0906", update("09:05", 85, id=1, v="c"))],
        ),
        live={(1, "c"), (2, "x")},
        lives={
            (1, "a", "09:01", "09:02"),
            (1, "b", "09:02", "09:05"),
            (1, "c", "09:05", None),
            (2, "x", "09:00", None),
        },
    ),
    Case(
        "born_during_the_load_in_one_transaction_and_the_load_comes_last",
        (
            [cdc("0905", insert("09:01", 61, id=1, v="a"), update("09:01", 65, id=1, v="b"))],
            [load(1, "09:00", row(1, "b"))],
        ),
        live={(1, "b")},
        lives={(1, "b", "09:01", None)},
    ),
    Case(
        "replaced_in_one_transaction_and_changed_later",
        (
            [load(1, "09:00", row(1, "a"))],
            [cdc("1005", delete("10:00", 61, id=1), insert("10:00", 65, id=1, v="b"))],
            [cdc("1006", update("10:05", 77, id=1, v="c"))],
        ),
        live={(1, "c")},
        lives={(1, "a", "09:00", "10:00"), (1, "b", "10:00", "10:05"), (1, "c", "10:05", None)},
    ),
    Case(
        "deleted_late_after_it_was_inserted_again",
        (
            [load(1, "09:00", row(1, "a"))],
            [cdc("1006", insert("10:05", 77, id=1, v="b"))],
            [cdc("1005", delete("10:00", 61, id=1))],
        ),
        live={(1, "b")},
        lives={(1, "a", "09:00", "10:00"), (1, "b", "10:05", None)},
    ),
    Case(
        # there in the first load, gone unseen, inserted while the second load ran
        "born_during_the_second_load",
        (
            [load(1, "09:00", row(1, "a"))],
            [load(2, "11:00", row(1, "b")), cdc("1102", insert("11:01", 61, id=1, v="b"))],
            [cdc("1106", update("11:05", 73, id=1, v="c"))],
        ),
        live={(1, "c")},
        lives={(1, "a", "09:00", "11:00"), (1, "b", "11:01", "11:05"), (1, "c", "11:05", None)},
    ),
    Case(
        # D of a row that the load no longer found, U of one that it found changed
        "load_and_log_overlap",
        (
            [load(1, "09:00", row(1, "new"))],
            [cdc("0905", delete("09:00:10", 61, id=2), update("09:00:20", 73, id=1, v="new"))],
        ),
        live={(1, "new")},
    ),
    Case(
        # load rows that carry their transfer time: the change was made before row 1 was transferred
        "transfer_time",
        (
            [load(1, "09:00:05", row(1, "read before the change"), row(2, "b"))],
            [cdc("0905", update("09:00:03", 61, id=1, v="changed"))],
            [cdc("0906", delete("09:05", 73, id=2))],
        ),
        meta={"full_load_time": "transfer"},
        live={(1, "changed")},
        lives={(1, "changed", "09:00:03", None), (2, "b", "09:00:05", "09:05")},
    ),
    Case(
        # without a load's start there is no generation: a later transfer of a row wins over an earlier
        # one, never over a change, and what is missing stays (reconcile finds it)
        "transfer_time_reload",
        (
            [load(1, "09:00", row(1, "a"), row(2, "b"), row(3, "c"))],
            [cdc("1005", update("10:00", 61, id=1, v="changed"))],
            [load(2, "11:00", row(1, "changed"), row(2, "b2"))],
        ),
        meta={"full_load_time": "transfer"},
        live={(1, "changed"), (2, "b2"), (3, "c")},
        lives={
            (1, "a", "09:00", "10:00"),
            (1, "changed", "10:00", None),
            (2, "b", "09:00", "11:00"),
            (2, "b2", "11:00", None),
            (3, "c", "09:00", None),
        },
    ),
    Case(
        "load_without_op",
        (
            [load(1, "09:00", row(1, "a"), row(2, "b"), omit=("Op",))],
            [cdc("1005", delete("10:00", 61, id=2), insert("10:01", 73, id=3, v="c"))],
        ),
        live={(1, "a"), (3, "c")},
    ),
    Case(
        # CdcInsertsOnly without IncludeOpForFullLoad: no file has the column
        "no_op_anywhere",
        (
            [load(1, "09:00", row(1, "a"), omit=("Op",))],
            [cdc("1005", insert("10:01", 61, id=2, v="b"), omit=("Op",))],
        ),
        live={(1, "a"), (2, "b")},
    ),
    Case(
        "load_without_rows",
        ([load(1, "09:00")], [cdc("0905", insert("09:01", 61, id=1, v="a"))]),
        live={(1, "a")},
    ),
]
