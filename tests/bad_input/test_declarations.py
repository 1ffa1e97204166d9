"""A registry, or a place for the lake, that cannot be: refused in one line, before the source is asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bad_input.conftest import PROJECT, Shop, one_line

YAML = Path("models/silver/shop/_shop__sources.yml")
CUSTOMERS = """      - name: customers
        config:
          meta: {primary_key: [id]}
        columns:
          - {name: id, data_type: integer}
          - {name: city, data_type: varchar}
"""

# what is replaced in the good file, by what, and what is said
WRONG = {
    "broken YAML": ("sources:", "sources: [", "_shop__sources.yml:4: not valid YAML"),
    "no sources": ("sources:", "models:", "no source 'shop' in"),
    "a control character": ("Two tables", "Two \x01 tables", "not valid YAML"),
    "no engine": ("        engine: postgres\n", "", "source 'shop' needs config.meta.engine"),
    "an unknown engine": ("engine: postgres", "engine: oracle", "source 'shop' is oracle"),
    "no schema": ("database_schema: public", "other: x", "source 'shop' needs config.meta.database_schema"),
    "an odd schema": ("database_schema: public", "database_schema: 'a/b'", "'a/b' has a '/'"),
    "no key": ("meta: {primary_key: [id]}", "meta: {}", "shop.customers needs config.meta.primary_key"),
    "a key that is no list": ("[id]", "id", "shop.customers needs config.meta.primary_key, a list"),
    "key is no column": ("[id]", "[nope]", "names 'nope', which is not a column"),
    "a key twice": ("[id]", "[id, id]", "has the key columns 'id' and 'id'"),
    "no type": ("name: city, data_type: varchar", "name: city", "shop.customers.city needs a data_type"),
    "no name": ("{name: city, ", "{", "shop.customers: a column needs a name"),
    "a name that YAML reads as a word": ("name: city", "name: no", "needs a name, in quotes"),
    "columns that are no list": (
        "        columns:\n          - {name: id, data_type: integer}\n          - {name: city,",
        "        columns: {name: id, data_type: integer}\n        other:\n          - {name: city,",
        "columns must be a list",
    ),
    "underscore": ("name: city", "name: _city", "shop.customers._city is a name that bronze and silver use"),
    "op": ("name: city", "name: OP", "shop.customers.OP is a name that bronze and silver use"),
    "before image": ("name: city", "name: Before_id", "shop.customers.Before_id is a name that bronze"),
    "columns but for case": ("name: city", "name: ID", "has the columns 'id' and 'ID', which a warehouse"),
    "tables but for case": ("name: orders", "name: Customers", "has the tables 'customers' and 'Customers'"),
    "a blank in a key": (
        CUSTOMERS,
        CUSTOMERS.replace("[id]", "[the id]").replace("name: id", "name: the id"),
        "key column 'the id' has other characters than letters, digits and underscores",
    ),
    "a dash in a key": (
        CUSTOMERS,
        CUSTOMERS.replace("[id]", "[the-id]").replace("name: id", "name: the-id"),
        "key column 'the-id' has other characters",
    ),
    "a wildcard in a table": ("name: customers", "name: 'custom*'", "'custom*' has a '*'"),
    "a table not in the database": (
        "name: customers",
        "name: clients",
        "table public.clients is in the registry but not in the database",
    ),
    "a column not in the database": ("name: city", "name: town", "shop.customers.town is not a column"),
    "a wrong type": (
        "name: city, data_type: varchar",
        "name: city, data_type: date",
        "declare data_type varchar",
    ),
    "another key": ("[id]", "[city]", "has the primary key (id) in the database: declare that, not (city)"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_registry(landed: Shop, tmp_path: Path, wrong: str) -> None:
    replaced, by, says = WRONG[wrong]
    shutil.copytree(PROJECT, tmp_path / "project")
    declaration = tmp_path / "project" / YAML
    good = declaration.read_text()
    assert replaced in good
    declaration.write_text(good.replace(replaced, by, 1))
    line = landed.refused("--reload", DBT_PROJECT_DIR=str(tmp_path / "project"))
    assert says in line


def test_a_source_declared_twice(landed: Shop, tmp_path: Path) -> None:
    shutil.copytree(PROJECT, tmp_path / "project")
    other = tmp_path / "project" / "models" / "silver" / "shop2"
    other.mkdir()
    shutil.copy(PROJECT / YAML, other / "_shop2__sources.yml")
    line = landed.refused(DBT_PROJECT_DIR=str(tmp_path / "project"))
    assert "_shop2__sources.yml: source 'shop' is declared in" in line


def test_an_unknown_source(landed: Shop) -> None:
    line = one_line(*landed.landfall("replicate", "--source", "shops"))
    assert line.endswith("declared: shop")


@pytest.mark.parametrize("odd", ["it's", 'a"b', "a[b]", "a*", "a?", "{a,b}", "a\\b"])
def test_a_lake_at_an_odd_place(landed: Shop, tmp_path: Path, odd: str) -> None:
    line = landed.refused(LANDFALL_LAKE=f"{tmp_path}/{odd}/lake")
    assert "choose another place with --home or LANDFALL_LAKE" in line
    assert not (tmp_path / odd).exists()


def test_after_all_of_it_silver_is_right(landed: Shop) -> None:
    landed.change()
    landed.is_right()
