"""The registry: source tables as the dbt source YAML declares them. Nothing else lists tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingestion.errors import LandfallError

PROJECT_DIR = Path(__file__).resolve().parent.parent / "dbt_project"


@dataclass(frozen=True)
class Column:
    """A column as bronze holds it; `data_type` is one of the types that the macro column_type knows."""

    name: str
    data_type: str


@dataclass(frozen=True)
class Table:
    """A source table. An empty `primary_key` means that only inserts can be followed."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """One operational database: `name` is its folder in bronze, `schema` its schema at the source."""

    name: str
    engine: str
    schema: str
    tables: tuple[Table, ...]
    path: Path

    def table(self, name: str) -> Table:
        """The table of that name, or LandfallError."""
        for table in self.tables:
            if table.name == name:
                return table
        known = ", ".join(table.name for table in self.tables)
        raise LandfallError(f"source '{self.name}' has no table '{name}'; it declares: {known}")


def load_registry(project_dir: Path = PROJECT_DIR) -> dict[str, Source]:
    """Every source declared under models/silver/, by name."""
    sources: dict[str, Source] = {}
    for path in sorted(project_dir.glob("models/silver/*/_*__sources.yml")):
        for declared in _parse(path).get("sources", []):
            source = _source(declared, path)
            sources[source.name] = source
    return sources


def find_source(name: str, project_dir: Path = PROJECT_DIR) -> Source:
    """The source of that name, or LandfallError."""
    sources = load_registry(project_dir)
    if name not in sources:
        raise LandfallError(
            f"no source '{name}' in {project_dir}/models/silver; declared: {', '.join(sources)}"
        )
    return sources[name]


def _parse(path: Path) -> dict[str, Any]:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise LandfallError(f"{where}: not valid YAML: {getattr(error, 'problem', error)}") from None


def _source(declared: dict[str, Any], path: Path) -> Source:
    name = declared.get("name", "?")
    meta = (declared.get("config") or {}).get("meta") or {}
    for key in ("engine", "database_schema"):
        if key not in meta:
            raise LandfallError(f"{path}: source '{name}' needs config.meta.{key}")
    return Source(
        name=name,
        engine=meta["engine"],
        schema=meta["database_schema"],
        tables=tuple(_table(table, name, path) for table in declared.get("tables", [])),
        path=path,
    )


def _table(declared: dict[str, Any], source: str, path: Path) -> Table:
    name = declared.get("name", "?")
    columns = []
    for column in declared.get("columns", []):
        if "data_type" not in column:
            raise LandfallError(
                f"{path}: {source}.{name}.{column.get('name')} needs a data_type, the one in bronze"
            )
        columns.append(Column(column["name"], str(column["data_type"]).replace(" ", "")))
    key = tuple(((declared.get("config") or {}).get("meta") or {}).get("primary_key") or ())
    missing = [part for part in key if part not in {column.name for column in columns}]
    if missing:
        raise LandfallError(
            f"{path}: primary_key of {source}.{name} names '{missing[0]}', which is not a column"
        )
    return Table(name, tuple(columns), key)
