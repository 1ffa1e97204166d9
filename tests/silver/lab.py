"""A lake, a warehouse and the dbt project, in one folder; dbt runs in this process to save its start."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.cli.main import dbtRunner

from ingestion.home import REPOSITORY
from tests.silver.cases import Case, File, Gone, Text

HERE = Path(__file__).parent
Rows = list[tuple[Any, ...]]


class Lab:
    """One home and the runs of dbt on it. `statuses` and `output` are those of the last run, `messages`
    by node name too."""

    def __init__(self, folder: Path) -> None:
        self.lake = folder / "lake"
        self.project = folder / "project"
        self._home = folder
        self._runner = dbtRunner()
        self.statuses: dict[str, str] = {}
        self.messages: dict[str, str] = {}
        self.output = ""
        shutil.copytree(HERE / "project", self.project)

    def declare(self, cases: Iterable[Case]) -> None:
        """Gives each case its source table and its base_ and hist_ models."""
        folder = self.project / "models" / "cases"
        folder.mkdir(parents=True)
        tables = []
        for case in cases:
            tables.append(
                {
                    "name": case.name,
                    "config": {"meta": {"primary_key": list(case.key), **case.meta}},
                    "columns": [{"name": name, "data_type": kind} for name, kind in case.columns.items()],
                }
            )
            macros = {"base": "apply_changes", "hist": "change_history"}
            for prefix, macro in list(macros.items())[: 2 if case.key else 1]:
                call = f"{macro}('cases', '{case.name}', key={list(case.key)})"
                (folder / f"{prefix}_cases__{case.name}.sql").write_text("{{ " + call + " }}\n", "utf-8")
        meta = {"engine": "postgres", "database_schema": "public"}
        source = {"name": "cases", "schema": "bronze_cases", "config": {"meta": meta}, "tables": tables}
        (folder / "_cases__sources.yml").write_text(yaml.safe_dump({"sources": [source]}), "utf-8")

    def dbt(self, *arguments: str) -> None:
        """Runs a command; failures are in `statuses`, and an error if dbt could not run at all."""
        settings = {
            "LANDFALL_HOME": str(self._home),
            "LANDFALL_LAKE": str(self.lake),
            "LANDFALL_MACROS": str(REPOSITORY / "macros"),
        }
        before = {name: os.environ.get(name) for name in settings}
        os.environ.update(settings)
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output):
                done = self._runner.invoke(
                    [
                        *arguments,
                        *("--project-dir", str(self.project), "--profiles-dir", str(self.project)),
                        *("--target-path", str(self._home / "target"), "--log-level-file", "none"),
                    ]
                )
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
        results = getattr(done.result, "results", None)
        self.output = output.getvalue()
        assert results is not None, f"dbt could not run: {done.exception}\n{self.output}"
        self.statuses = {result.node.name: str(result.status) for result in results}
        self.messages = {result.node.name: result.message or "" for result in results}

    def write(self, folder: str, file: File, columns: dict[str, str], key: tuple[str, ...]) -> None:
        """Writes a Parquet file as the bronze contract wants it, at once and whole."""
        contract = {
            "Op": "varchar",
            "_dms_timestamp": "varchar",
            **columns,
            "_dms_change_seq": "varchar",
            **{f"before_{name}": columns[name] for name in key},
            **file.types,
        }
        written = {name: kind for name, kind in contract.items() if name not in file.omit}
        path = self.lake / "bronze" / folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as scratch:
            declared = ", ".join(f'"{name}" {kind}' for name, kind in written.items())
            scratch.execute(f"create table file ({declared})")
            values = [[row.get(name) for name in written] for row in file.rows]
            if values:
                scratch.executemany(f"insert into file values ({', '.join('?' * len(written))})", values)
            partial = path.with_suffix(".partial")
            scratch.execute(f"copy file to '{partial}' (format parquet)")
        partial.rename(path)

    def deliver(self, case: Case, step: int, *, after_noticing: bool = False) -> None:
        """Makes a step of a case happen in bronze, or the part of it that happens after noticing."""
        if step >= len(case.steps):
            return
        folder = f"cases/public/{case.name}"
        for event in case.steps[step]:
            if isinstance(event, Gone):
                if event.after_noticing == after_noticing:
                    (self.lake / "bronze" / folder / event.name).unlink()
            elif after_noticing:
                continue
            elif isinstance(event, Text):
                path = self.lake / "bronze" / folder / event.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(event.text, "utf-8")
            else:
                self.write(folder, event, case.columns, case.key)

    def query(self, sql: str) -> Rows:
        """Rows from the warehouse."""
        with self._warehouse() as warehouse:
            return warehouse.execute(sql).fetchall()

    def tables(self) -> dict[str, Rows]:
        """All rows of rejected_rows and of all base_ and hist_ tables, in a fixed order."""
        with self._warehouse() as warehouse:
            names = warehouse.execute(
                "select table_name from information_schema.tables "
                "where table_name like 'base%' or table_name like 'hist%' or table_name = 'rejected_rows'"
            ).fetchall()
            return {name: warehouse.execute(f"from {name} order by all").fetchall() for (name,) in names}

    @contextlib.contextmanager
    def _warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = duckdb.connect(str(self._home / "warehouse.duckdb"))
        try:
            yield connection
        finally:
            connection.close()
