"""What a real DMS task wrote (LANDFALL_SHARED_DATA or ../shared/data), through the same macros.

The expected rows are derived by hand from the change files, key by key; the files are in the order of
their names, their rows in the order in which they are written. The June files have no before images,
those of 5 July have. In brackets: what the files say of the key, with its op.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.conftest import shared_data
from tests.silver.conftest import LAST, World

# not ours to publish; test_handmade.py has every peculiarity of these files in small ones that are
pytestmark = pytest.mark.skipif(
    shared_data("northwind_dms") is None, reason="the real files are not here (LANDFALL_SHARED_DATA)"
)

LOADED_ORDERS, LOADED_DETAILS = 830, 2155  # lines of the LOAD files, all with keys up to 11077
FIRST_CHANGED = 11078

Y24 = date(2024, 5, 3)
Y96 = date(1996, 7, 4)
STREET = "59 rue de l'Abbaye"
MOVED = "60 rue de l'Abbaye"
# order_id: employee_id, order_date, required_date, shipped_date, ship_address. All else is the same in all.
JUNE_ORDERS: dict[int, tuple[Any, ...]] = {
    # 19998 [I U D, a commit each], 19999 [I U D in one commit], 20000 [I U D] are gone
    # [I, four U in the same commit that set 1996-08-25, 60 rue and 1996-08-01, then U 1996-07-10]
    20002: (5, Y96, date(1996, 7, 10), date(1996, 8, 1), MOVED),
    # [I, U without effect, U 2024-06-10, U 60 rue, U 2024-06-11]
    29999: (5, Y24, date(2024, 6, 11), date(2024, 5, 31), MOVED),
    30000: (5, Y24, date(2024, 6, 9), date(2024, 5, 31), STREET),  # [I]
    # [I not shipped, U 2024-06-17, U shipped]
    30001: (5, date(2024, 6, 2), date(2024, 6, 17), date(2024, 6, 12), STREET),
    # 30002 [I D] is gone
    30004: (5, Y24, date(2024, 6, 9), None, STREET),  # [I]
    30005: (5, Y24, date(2024, 6, 9), None, STREET),  # [I]
    # here the counter has begun again at 61
    # [I, U 1996-08-25, U shipped; in the next file U employee 4]
    30100: (4, Y96, date(1996, 8, 25), date(1996, 8, 1), STREET),
    # [I, U 1996-08-25, U 1996-07-20, U shipped 1996-08-01, U shipped 1996-08-02]
    30101: (5, Y96, date(1996, 7, 20), date(1996, 8, 2), STREET),
    # [I, U shipped, U 1996-08-25, U employee 4]
    30102: (4, Y96, date(1996, 8, 25), date(1996, 8, 1), STREET),
}
JULY = (5, date(2024, 5, 26), date(2024, 7, 2), None, STREET)
# [I 30010], [I 30014]; [I 30015, U to 30016]; [I 30017, U to 30018, U to 30019, U to 30020]
JULY_ORDERS = dict.fromkeys((30010, 30014, 30016, 30020), JULY)
JULY_TOMBSTONES = {30015, 30017, 30018, 30019}

# (order_id, product_id): quantity. The price is 11 and the discount 0 in all.
JUNE_DETAILS = {
    # [I 12, U 1, U to 77 in the same commit: no file says that (20000, 1) went, so it stays]
    (20000, 1): 1,
    # (20000, 77) [U 1, U 2 3 4 5 in one commit, D] is gone
    (30000, 1): 1,  # [I 12, U 1, U to 77] stays
    (30000, 77): 1,
    (30001, 1): 1,  # [I 12, U 1, U to 77] stays
    (30001, 77): 1,  # [U to 66] stays
    (30001, 66): 1,
    (30002, 1): 1,  # [I 12, U 1, U to 77] stays
    (30002, 77): 1,  # [U to 66 in the next file] stays
    # (30002, 66) [U, D] is gone
    (30004, 1): 12,  # [I 12, U to 66] stays
    (30004, 2): 12,  # [I 12, U to 77] stays
    (30004, 66): 12,
    (30004, 3): 12,
    (30004, 77): 12,
    # (30005, 1) [I 12, U 1, U 2, D] is gone
    (30005, 2): 12,
}
JULY_DETAILS = {
    (30010, 77): 1,  # [I 1, U 1, U to 77, before image 30010, 1]
    (30014, 66): 12,  # [I 1, U to 66, before image 30014, 1]
    (30014, 77): 12,  # [I 2, U to 77, before image 30014, 2]
    (30014, 3): 12,
}
JULY_DETAIL_TOMBSTONES = {(30010, 1), (30014, 1), (30014, 2)}


def orders(world: World, run: str) -> dict[int, tuple[Any, ...]]:
    """The live orders that the change files touch; checks what is the same in all of them."""
    found = {}
    for row in world.tables[run]["base_northwind__orders"]:
        if row[0] >= FIRST_CHANGED and not row[14]:
            assert (row[1], row[6], round(row[7], 2)) == ("VINET", 3, 32.38)
            assert row[8] == "Vins et alcools Chevalier"
            assert row[10:14] == ("Reims", None, "51100", "France")
            found[row[0]] = (row[2], row[3], row[4], row[5], row[9])
    return found


def details(world: World, run: str) -> dict[tuple[int, int], int]:
    """The live order lines that the change files touch."""
    found = {}
    for row in world.tables[run]["base_northwind__order_details"]:
        if row[0] >= FIRST_CHANGED and not row[5]:
            assert (row[2], row[4]) == (11.0, 0.0)
            found[row[:2]] = row[3]
    return found


def test_orders_before_before_images(world: World) -> None:
    assert orders(world, "step 0") == JUNE_ORDERS


def test_orders_with_before_images(world: World) -> None:
    assert orders(world, LAST) == JUNE_ORDERS | JULY_ORDERS
    deleted = {row[0] for row in world.tables[LAST]["base_northwind__orders"] if row[14]}
    assert deleted == {19998, 19999, 20000, 30002} | JULY_TOMBSTONES


def test_order_details_before_before_images_keep_old_keys(world: World) -> None:
    assert details(world, "step 0") == JUNE_DETAILS


def test_order_details_with_before_images_do_not(world: World) -> None:
    assert details(world, LAST) == JUNE_DETAILS | JULY_DETAILS
    deleted = {row[:2] for row in world.tables[LAST]["base_northwind__order_details"] if row[5]}
    assert deleted == {(20000, 77), (30002, 66), (30005, 1)} | JULY_DETAIL_TOMBSTONES


def test_loaded_rows_are_all_there(world: World) -> None:
    tables = world.tables[LAST]
    assert sum(row[0] < FIRST_CHANGED for row in tables["base_northwind__orders"]) == LOADED_ORDERS
    assert sum(row[0] < FIRST_CHANGED for row in tables["base_northwind__order_details"]) == LOADED_DETAILS
    counted = {name: len(tables[f"base_northwind__{name}"]) for name in ("categories", "customers")}
    assert counted == {"categories": 8, "customers": 91}
    assert (len(tables["base_northwind__employees"]), len(tables["base_northwind__us_states"])) == (9, 51)


def test_text_with_commas_accents_and_nulls(world: World) -> None:
    rows = {row[0]: row for row in world.tables[LAST]["base_northwind__orders"]}
    assert rows[10250][8:13] == ("Hanari Carnes", "Rua do Paço, 67", "Rio de Janeiro", "RJ", "05454-876")
    assert rows[11076][8:12] == ("Bon app'", "12, rue des Bouchers", "Marseille", None)
    assert rows[11077][5] is None
    # a backslash and the letter n, as in the file; no newline
    employees = {row[0]: row for row in world.tables[LAST]["base_northwind__employees"]}
    assert employees[1][7] == "507 - 20th Ave. E.\\nApt. 2A"


def test_history_of_orders(world: World) -> None:
    told: dict[int, list[str]] = {}
    for row in sorted(world.tables[LAST]["hist_northwind__orders"], key=lambda row: row[15]):
        told.setdefault(row[0], []).append(row[17])
    # one state a commit: five changes of 20002 were one commit; 19999 was there for no time at all
    assert (told[20002], told[19999], told[19998]) == (["I", "U"], ["D"], ["I", "U", "D"])
    assert [told[key] for key in (30017, 30018, 30019, 30020)] == [["I", "D"], ["U", "D"], ["U", "D"], ["U"]]


def test_real_tables_equal_a_full_refresh(world: World) -> None:
    for table in world.tables[LAST]:
        if "northwind" in table:
            assert [row[:-2] for row in world.tables[LAST][table]] == [
                row[:-2] for row in world.tables["full refresh"][table]
            ]
