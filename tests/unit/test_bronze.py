"""Names and formats in bronze, as DMS has them."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.bronze import layout
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.bronze.writer import write_file
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.errors import LandfallError
from ingestion.registry import find_source

PARQUET = S3Settings.parse(default_settings("s3_settings"))
MOMENT = datetime(2024, 6, 12, 10, 30, 27, 362108, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "name"),
    [(1, "LOAD00000001"), (10, "LOAD0000000A"), (16, "LOAD00000010"), (255, "LOAD000000FF")],
)
def test_load_files_count_in_hexadecimal(number: int, name: str) -> None:
    assert layout.load_file_name(number, PARQUET) == f"{name}.parquet"


def test_a_file_of_changes_is_named_after_the_moment_it_was_closed() -> None:
    assert layout.change_file_name(MOMENT, PARQUET) == "20240612-103027362.parquet"
    csv = S3Settings.parse({"DataFormat": "CSV", "CompressionType": "GZIP"})
    assert layout.change_file_name(MOMENT, csv) == "20240612-103027362.csv.gz"


@pytest.mark.parametrize(
    ("sequence", "delimiter", "folder"),
    [
        ("YYYYMMDD", "SLASH", "2024/06/12/"),
        ("yyyymmddhh", "dash", "2024-06-12-10/"),
        ("YYYYMM", "UNDERSCORE", "2024_06/"),
        ("MMYYYYDD", "NONE", "06202412/"),
        ("DDMMYYYY", "SLASH", "12/06/2024/"),
    ],
)
def test_date_folders(sequence: str, delimiter: str, folder: str) -> None:
    settings = S3Settings.parse(
        {"DatePartitionEnabled": True, "DatePartitionSequence": sequence, "DatePartitionDelimiter": delimiter}
    )
    assert layout.date_folder(MOMENT, settings) == folder
    assert layout.date_folder(MOMENT, S3Settings.parse({})) == ""


def test_the_change_sequence_is_the_commit_time_cut_to_hundredths_and_a_counter() -> None:
    # the first change in the files of a real task
    assert layout.change_sequence(datetime(2024, 6, 12, 10, 30, 25, 104667, tzinfo=UTC), 61) == (
        "20240612103025100000000000000000061"
    )


def test_csv_is_written_as_a_real_task_wrote_it(tmp_path: Path) -> None:
    settings = S3Settings.parse({"DataFormat": "csv"})
    query = """
        select 'I' as op, '2024-06-12 10:28:17.806650' as at, 10248::int as id, date '1996-07-04' as d,
            32.380001::real as freight, 0.1::double as exact, '59 rue de l''Abbaye' as plain,
            'Rua do Paço, 67' as comma, 'a "b"' as quote, E'two\\nlines' as newline, 'back\\slash' as slash,
            null::varchar as missing, '' as empty, 12.50::decimal(10,2) as price,
            timestamp '2024-01-02 03:04:05' as t, '\\x00\\xff'::blob as raw
    """
    assert write_file(duckdb.connect(), query, tmp_path / "file.csv", settings) == 1
    assert (tmp_path / "file.csv").read_bytes().decode() == (
        "I,2024-06-12 10:28:17.806650,10248,1996-07-04,+3.23800011e+01,+1.0000000000000001e-01,"
        '59 rue de l\'Abbaye,"Rua do Paço, 67","a ""b""","two\nlines",back\\slash,,,12.50,'
        "2024-01-02 03:04:05.000000,00ff\n"
    )


@pytest.mark.parametrize(("null", "written"), [("", ",x"), ("NULL", "NULL,x"), (r"\N", r"\N,x")])
def test_csv_null_value(tmp_path: Path, null: str, written: str) -> None:
    settings = S3Settings.parse({"DataFormat": "csv", "CsvNullValue": null, "AddColumnName": True})
    write_file(duckdb.connect(), "select null::int as a, 'x' as b", tmp_path / "file.csv", settings)
    assert (tmp_path / "file.csv").read_text() == f"a,b\n{written}\n"


def test_a_setting_that_the_replica_does_not_honour_is_refused_by_name() -> None:
    with pytest.raises(LandfallError, match="PreserveTransactions"):
        S3Settings.parse({"PreserveTransactions": True})
    with pytest.raises(LandfallError, match="DataFormat is 'orc'"):
        S3Settings.parse({"DataFormat": "orc"})


def test_mappings_of_the_registry_are_understood() -> None:
    source = find_source("olist")
    mappings = TableMappings.parse(table_mappings(source))
    assert mappings.added_columns == (("_dms_change_seq", "$AR_H_CHANGE_SEQ"),)
    assert mappings.before_image_prefix == "before_"
    assert all(mappings.selects("public", table.name) for table in source.tables)
    assert not mappings.selects("public", "another")
    assert not mappings.selects("other", "orders")


def test_an_exclusion_beats_a_wildcard() -> None:
    def rule(action: str, table: str) -> dict[str, object]:
        at = {"schema-name": "%", "table-name": table}
        return {"rule-type": "selection", "rule-action": action, "object-locator": at}

    mappings = TableMappings.parse({"rules": [rule("include", "order%"), rule("exclude", "order_items")]})
    assert mappings.selects("public", "orders")
    assert not mappings.selects("public", "order_items")


def test_a_mapping_rule_that_the_replica_cannot_follow_is_refused() -> None:
    rename = {"rule-type": "transformation", "rule-action": "rename", "rule-name": "shorter"}
    with pytest.raises(LandfallError, match="rule 'shorter'"):
        TableMappings.parse({"rules": [rename]})
