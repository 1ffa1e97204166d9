"""The registry, and what it says when a declaration is wrong."""

from pathlib import Path

import pytest

from ingestion.errors import LandfallError
from ingestion.registry import find_source, load_registry

GOOD = """
sources:
  - name: shop
    config: {meta: {engine: postgres, database_schema: public}}
    tables:
      - name: t
        config: {meta: {primary_key: [id]}}
        columns:
          - {name: id, data_type: bigint}
          - {name: price, data_type: "decimal(10, 2)"}
"""


def write(project: Path, text: str) -> Path:
    folder = project / "models" / "silver" / "shop"
    folder.mkdir(parents=True)
    (folder / "_shop__sources.yml").write_text(text)
    return project


def test_reads_tables_columns_and_keys(tmp_path: Path) -> None:
    source = find_source("shop", write(tmp_path, GOOD))
    table = source.table("t")
    assert (source.engine, source.schema) == ("postgres", "public")
    assert table.primary_key == ("id",)
    assert [(column.name, column.data_type) for column in table.columns] == [
        ("id", "bigint"),
        ("price", "decimal(10,2)"),
    ]


def test_the_shipped_source_declares_nine_tables_with_keys() -> None:
    tables = find_source("olist").tables
    assert len(tables) == 9
    assert all(table.primary_key for table in tables)


@pytest.mark.parametrize(
    ("replaced", "by", "says"),
    [
        ("[id]", "[nope]", "names 'nope', which is not a column"),
        ("engine: postgres, ", "", "needs config.meta.engine"),
        (", data_type: bigint", "", "shop.t.id needs a data_type"),
        ("sources:", "sources: [", "not valid YAML"),
    ],
)
def test_a_wrong_declaration_is_named(tmp_path: Path, replaced: str, by: str, says: str) -> None:
    with pytest.raises(LandfallError, match=says) as error:
        load_registry(write(tmp_path, GOOD.replace(replaced, by, 1)))
    assert "_shop__sources.yml" in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_source_or_table_names_the_known_ones(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(LandfallError, match="declared: shop"):
        find_source("shops", tmp_path)
    with pytest.raises(LandfallError, match="it declares: t"):
        find_source("shop", tmp_path).table("x")
