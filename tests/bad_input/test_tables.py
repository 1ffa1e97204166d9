"""Tables of the source that a replica cannot bring, or not wholly."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bad_input.conftest import PROJECT, Shop


def declare(shop: Shop, folder: Path, replaced: str, by: str) -> None:
    """Gives the shop a registry of its own."""
    shutil.copytree(PROJECT, folder / "project")
    declaration = folder / "project" / "models" / "silver" / "shop" / "_shop__sources.yml"
    declaration.write_text(declaration.read_text().replace(replaced, by))
    shop.project = folder / "project"


def test_a_table_without_a_key_is_followed_by_its_inserts_and_says_so(shop: Shop, tmp_path: Path) -> None:
    shop.execute("alter table orders drop constraint orders_pkey")
    line = shop.refused()
    assert 'alter table "public"."orders" add primary key (id), or declare primary_key: []' in line
    keyed = "- name: orders\n        config:\n          meta: {primary_key: [id]}"
    declare(shop, tmp_path, keyed, keyed.replace("[id]", "[]"))
    words = shop.replicate()
    assert words.count("no key:") == 1
    assert "shop.orders has no primary key: its inserts alone are followed; add a key" in words
    shop.execute("insert into orders values (1001, 'new')", "update orders set note = 'x'")
    assert "1 changes in 1 files" in shop.replicate()


def test_a_key_that_is_dropped_later_is_told(landed: Shop) -> None:
    landed.execute("alter table orders drop constraint orders_pkey")
    try:
        assert "drift:" in landed.replicate()
        assert "shop.orders has no primary key in the database" in landed.refused("--reload")
    finally:
        landed.execute("alter table orders add primary key (id)")
    landed.is_right()


def test_replica_identity_nothing(landed: Shop) -> None:
    landed.execute("alter table orders replica identity nothing")
    try:
        line = landed.refused()
    finally:
        landed.execute("alter table orders replica identity default")
    assert "the log would not tell orders's rows by their primary key" in line
    assert "alter table orders replica identity default" in line
    landed.change()
    landed.is_right()


@pytest.mark.parametrize("pg_type", ["oid", "oid[]"])
def test_a_column_of_a_type_that_dms_does_not_take(shop: Shop, tmp_path: Path, pg_type: str) -> None:
    shop.execute(f"alter table orders add pointer {pg_type}")
    note = "- {name: note, data_type: varchar}"
    declare(shop, tmp_path, note, f"{note}\n          - {{name: pointer, data_type: varchar}}")
    line = shop.refused()
    assert line.endswith(
        f"shop.orders.pointer is of type {pg_type}, which DMS does not migrate: leave it out"
    )


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("op", "has a column 'op', which is a name that bronze uses itself"),
        ("before_id", "has a column 'before_id', which is a name"),
        ("_dms_change_seq", "has a column '_dms_change_seq', which is a name"),
        ("NOTE", "has the columns 'note' and 'NOTE', which a warehouse cannot tell apart"),
    ],
)
def test_a_column_that_would_clash_in_bronze(shop: Shop, column: str, says: str) -> None:
    shop.execute(f'alter table orders add "{column}" text')
    assert says in shop.refused()
    assert shop.slots() == []
