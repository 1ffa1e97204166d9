"""Glue tables over bronze, derived from the registry: what they say of a table, a type and a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.catalog.tables import glue_tables
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.errors import LandfallError
from ingestion.registry import Column, Source, Table, find_source
from tests.e2e.conftest import landfall

SETTINGS = S3Settings.parse(default_settings("s3_settings"))


def catalog(source: Source, settings: S3Settings = SETTINGS, files: tuple[str, ...] = ()) -> dict[str, dict]:
    mappings = TableMappings.parse(table_mappings(source))
    keys = [f"{source.name}/public/{file}" for file in files]
    return {table["Name"]: table for table in glue_tables(source, "s3://lake/p", settings, mappings, keys)}


def columns(table: dict) -> dict[str, str]:
    return {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}


def test_every_table_of_the_registry_has_one_and_one_by_day() -> None:
    source = find_source("olist")
    tables = catalog(source)
    names = {table.name for table in source.tables}
    assert set(tables) == names | {f"{name}__by_day" for name in names} | {"landfall_files"}


def test_columns_are_those_of_a_bronze_file_in_its_order() -> None:
    assert list(columns(catalog(find_source("olist"))["order_payments"]).items()) == [
        ("op", "string"),
        ("_dms_timestamp", "string"),
        ("order_id", "string"),
        ("payment_sequential", "int"),
        ("payment_type", "string"),
        ("payment_installments", "int"),
        ("payment_value", "decimal(10,2)"),
        ("_dms_change_seq", "string"),
        ("before_order_id", "string"),
        ("before_payment_sequential", "int"),
    ]


def test_times_are_the_microseconds_of_the_file() -> None:
    assert columns(catalog(find_source("olist"))["orders"])["order_approved_at"] == "bigint"


@pytest.mark.parametrize(
    ("sequence", "delimiter", "pattern", "days", "range_", "unit"),
    [
        ("YYYYMMDD", "SLASH", "yyyy/MM/dd", ("2024/02/03", "2023/12/30"), "2023/12/30,2024/03/05", "DAYS"),
        ("YYYYMMDDHH", "DASH", "yyyy-MM-dd-HH", ("2024-02-03-04",), "2024-02-03-04,2024-03-05-04", "HOURS"),
        ("YYYYMM", "NONE", "yyyyMM", ("202402", "202401"), "202401,202403", "MONTHS"),
        (
            "DDMMYYYY",
            "UNDERSCORE",
            "dd_MM_yyyy",
            ("03_02_2024", "30_12_2023"),
            "30_12_2023,05_03_2024",
            "DAYS",
        ),
        ("YYYYMMDD", "SLASH", "yyyy/MM/dd", (), "1970/01/01,1970/02/01", "DAYS"),
    ],
)
def test_days_are_projected_as_dms_writes_them_and_no_further_than_they_go(
    sequence: str, delimiter: str, pattern: str, days: tuple[str, ...], range_: str, unit: str
) -> None:
    settings = replace(SETTINGS, date_sequence=sequence, date_delimiter=delimiter)
    files = ("orders/LOAD00000001.parquet", *(f"customers/{day}/20240203-101010000.parquet" for day in days))
    by_day = catalog(find_source("olist"), settings, files)["orders__by_day"]
    said = by_day["Parameters"]
    assert said["projection.commit_day.format"] == pattern
    assert said["projection.commit_day.range"] == range_
    assert said["projection.commit_day.interval.unit"] == unit
    assert said["storage.location.template"] == "s3://lake/p/bronze/olist/public/orders/${commit_day}"
    assert by_day["StorageDescriptor"]["Location"] == "s3://lake/p/bronze/olist/public/orders/"


def test_a_file_in_a_folder_that_no_query_would_name_is_refused() -> None:
    with pytest.raises(
        LandfallError, match=r"orders/2024-02-03/x\.parquet: '2024-02-03' is no folder of a commit"
    ):
        catalog(find_source("olist"), files=("orders/2024-02-03/x.parquet",))


def test_without_date_folders_there_are_no_days() -> None:
    tables = catalog(find_source("olist"), replace(SETTINGS, date_partition=False))
    assert not [name for name in tables if name.endswith("__by_day")]


def test_what_a_catalog_cannot_hold_is_refused_in_one_line() -> None:
    source = find_source("olist")
    with pytest.raises(LandfallError, match="needs parquet"):
        catalog(source, replace(SETTINGS, data_format="csv"))
    odd = Table("t", (Column("a", "interval"),), ())
    with pytest.raises(LandfallError, match="'interval' has no counterpart"):
        catalog(replace(source, tables=(odd,)))


def test_a_lake_in_a_folder_has_no_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANDFALL_LAKE", raising=False)
    done = landfall("catalog", "--home", tmp_path)
    assert done.returncode == 2
    assert "LANDFALL_LAKE=s3://bucket/prefix" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
