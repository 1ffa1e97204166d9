"""A small project whose macros were changed for one dialect, built on every target."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import yaml

from ingestion.bronze.lake import S3Lake
from ingestion.home import REPOSITORY
from tests.engines.dbt_runs import DbtRuns
from tests.engines.parity import Difference, Row, compare
from tests.engines.targets import Builds, DuckDB, Target
from tests.histories.test_mutations import Edit, mutated

MODEL = "base_histories__lines"

# Each dialect reads the operation of a change in its own words: forgotten there, a deletion is none.
FORGOTTEN = {
    "duckdb": Edit("read_bronze", "select * replace (substr(", "select * replace ('I' as \"Op\", substr("),
    "athena": Edit("read_bronze", '        op as "Op",\n', "        'I' as \"Op\",\n"),
    "redshift": Edit("read_bronze", 'cast(op as {{ text }}) as "Op"', "cast('I' as {{ text }}) as \"Op\""),
}

_COLUMNS = ("Op", "_dms_timestamp", "order_no", "line_no", "quantity", "note", "_dms_change_seq")
_FILES = {
    "LOAD00000001": [
        ("I", "2026-01-02 03:04:05.000000", "a", 1, 1, "kept", None),
        ("I", "2026-01-02 03:04:05.000000", "a", 2, 2, "to be deleted", None),
    ],
    "2026/01/02/20260102-040000000": [
        ("D", "2026-01-02 03:30:00.000000", "a", 2, 2, "to be deleted", "2026010203300000" + "0" * 18 + "1"),
    ],
}


class Broken:
    """Bronze of one table, and builds of it by projects that differ in a macro."""

    def __init__(self, runs: DbtRuns, scratch: Path, lake: str) -> None:
        self._runs = runs
        self._scratch = scratch
        self._lake = lake
        self.duckdb = DuckDB(scratch / "homes" / DuckDB.name)
        for name, rows in _FILES.items():
            written = io.BytesIO()
            columns = [list(values) for values in zip(*rows, strict=True)]
            types = (pa.string(), pa.string(), pa.string(), pa.int32(), pa.int64(), pa.string(), pa.string())
            arrays = [pa.array(values, kind) for values, kind in zip(columns, types, strict=True)]
            pa.parquet.write_table(pa.table(arrays, names=list(_COLUMNS)), written)
            S3Lake(lake).write(f"bronze/histories/public/lines/{name}.parquet", written.getvalue())
        self._expected = self.build("sound", [self.duckdb])[self.duckdb.name]

    def build(self, name: str, targets: list[Target], *edits: Edit) -> dict[str, list[Row]]:
        """The model's rows by target. `name` becomes the prefix of its schemas."""
        folder = self._scratch / name
        folder.mkdir()
        project = mutated(folder, edits)
        profile = yaml.safe_load((REPOSITORY / "profiles.yml.example").read_text("utf-8"))["landfall"]
        for output in profile["outputs"].values():
            output["schema"] = name
        extensions = str(REPOSITORY / ".venv" / "duckdb_extensions")
        profile["outputs"]["duckdb_s3"]["config_options"]["extension_directory"] = extensions
        (folder / "profiles.yml").write_text(yaml.safe_dump({"histories": profile}), "utf-8")
        builds = Builds(self._runs, project, folder, self._scratch / "homes", self._lake)
        builds.show_bronze(targets)
        command = ("run", "--select", "bronze_files", MODEL)
        builds.run(dict.fromkeys(targets, command))
        return {target.name: list(target.rows(f"{name}_silver.{MODEL}")) for target in targets}

    def differences(self, rows: list[Row]) -> list[Difference]:
        """Where rows are not those of the sound project on DuckDB."""
        key = ("order_no", "line_no")
        return compare(f"silver.{MODEL}", lambda _: self._expected, lambda _: rows, key)
