"""The registry: source tables as the dbt source YAML declares them. Nothing else lists tables."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingestion.bronze.layout import OP_COLUMN
from ingestion.errors import LandfallError

PROJECT_DIR = Path(__file__).resolve().parent.parent / "dbt_project"
BEFORE_IMAGE_PREFIX = "before_"

Json = dict[str, Any]


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
    """One operational database: `name` is its folder in bronze, `schema` its schema at the source, and
    `database` holds its tables in a catalog."""

    name: str
    engine: str
    schema: str
    tables: tuple[Table, ...]
    path: Path
    database: str

    def table(self, name: str) -> Table:
        """The table of that name, or LandfallError."""
        for table in self.tables:
            if table.name == name:
                return table
        known = ", ".join(table.name for table in self.tables)
        raise LandfallError(f"source '{self.name}' has no table '{name}'; it declares: {known}")


def project_dir() -> Path:
    """The dbt project whose registry counts: DBT_PROJECT_DIR, as for dbt, else the repository's own."""
    given = os.environ.get("DBT_PROJECT_DIR")
    return Path(given).resolve() if given else PROJECT_DIR


def load_registry(project: Path | None = None) -> dict[str, Source]:
    """Every source declared under models/silver/, by name."""
    sources: dict[str, Source] = {}
    for path in sorted((project or project_dir()).glob("models/silver/*/_*__sources.yml")):
        for declared in _list(_parse(path), "sources", str(path)):
            source = _source(declared, path)
            if source.name in sources:
                raise LandfallError(
                    f"{path}: source '{source.name}' is declared in {sources[source.name].path} too; keep one"
                )
            sources[source.name] = source
    return sources


def find_source(name: str, project: Path | None = None) -> Source:
    """The source of that name, or LandfallError."""
    sources = load_registry(project)
    if name not in sources:
        raise LandfallError(
            f"no source '{name}' in {project or project_dir()}/models/silver; declared: {', '.join(sources)}"
        )
    return sources[name]


def same_but_for_case(names: Iterable[str]) -> tuple[str, str] | None:
    """The first two names that a warehouse would take for one."""
    seen: dict[str, str] = {}
    for name in names:
        if name.lower() in seen:
            return seen[name.lower()], name
        seen[name.lower()] = name
    return None


def _parse(path: Path) -> Json:
    try:
        parsed = yaml.safe_load(path.read_bytes()) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise LandfallError(f"{where}: not valid YAML: {problem}") from None
    if not isinstance(parsed, dict):
        raise LandfallError(f"{path}: not a dbt source file; it begins with `version: 2` and `sources:`")
    return parsed


def _source(declared: Json, path: Path) -> Source:
    name = _name(declared, f"{path}: a source")
    where = f"{path}: source '{name}'"
    if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII):
        raise LandfallError(f"{where}: name it with letters, digits and underscores; models bear its name")
    meta = _meta(declared)
    for key in ("engine", "database_schema"):
        if not isinstance(meta.get(key), str) or not meta[key]:
            raise LandfallError(f"{where} needs config.meta.{key}")
    _refuse_odd(meta["database_schema"], where)
    tables = tuple(_table(table, name, path) for table in _list(declared, "tables", where))
    _refuse_twins([table.name for table in tables], f"{where} has the tables")
    database = declared.get("schema") or name
    return Source(name, meta["engine"], meta["database_schema"], tables, path, database)


def _table(declared: Json, source: str, path: Path) -> Table:
    name = _name(declared, f"{path}: a table of source '{source}'")
    where = f"{path}: {source}.{name}"
    _refuse_odd(name, where)
    columns = []
    for column in _list(declared, "columns", where):
        column_name = _name(column, f"{where}: a column")
        if "data_type" not in column:
            raise LandfallError(f"{where}.{column_name} needs a data_type, the one in bronze")
        columns.append(Column(column_name, str(column["data_type"]).replace(" ", "")))
    key = _meta(declared).get("primary_key")
    if not isinstance(key, list):
        raise LandfallError(
            f"{where} needs config.meta.primary_key, a list of columns: [] for a table without a key"
        )
    names = [column.name for column in columns]
    for part in key:
        if part not in names:
            raise LandfallError(
                f"{path}: primary_key of {source}.{name} names '{part}', which is not a column"
            )
        if not re.fullmatch(r"\w+", part):
            raise LandfallError(
                f"{where}: key column '{part}' has other characters than letters, digits and underscores, "
                "which its before image cannot bear: rename it at the source"
            )
    _refuse_twins(key, f"{where} has the key columns")
    _refuse_twins(names, f"{where} has the columns")
    taken = {OP_COLUMN.lower(), *(f"{BEFORE_IMAGE_PREFIX}{part}".lower() for part in key)}
    for column_name in names:
        if column_name.startswith("_") or column_name.lower() in taken:
            raise LandfallError(
                f"{where}.{column_name} is a name that bronze and silver use themselves: leave the column "
                "out, or rename it at the source"
            )
    return Table(name, tuple(columns), tuple(key))


def _list(declared: Json, key: str, where: str) -> list[Json]:
    found = declared.get(key) or []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise LandfallError(f"{where}: {key} must be a list of entries that begin with `- name:`")
    return found


def _name(declared: Json, where: str) -> str:
    name = declared.get("name")
    # YAML makes something else of an unquoted no, on, null or 1
    if not isinstance(name, str) or not name:
        raise LandfallError(f"{where} needs a name, in quotes if it could be a number or a yes or no")
    return name


def _meta(declared: Json) -> Json:
    config = declared.get("config")
    meta = config.get("meta") if isinstance(config, dict) else None
    return meta if isinstance(meta, dict) else {}


def _refuse_odd(name: str, where: str) -> None:
    """Schema and table are folders in bronze, and parts of patterns and of SQL."""
    if odd := re.search(r"""[/\\'"*?\[\]{}\x00-\x1f]""", name):
        raise LandfallError(f"{where}: '{name}' has a {odd.group()!r}, which a folder in bronze cannot bear")


def _refuse_twins(names: Iterable[str], what: str) -> None:
    if twins := same_but_for_case(names):
        raise LandfallError(
            f"{what} '{twins[0]}' and '{twins[1]}', which a warehouse cannot tell apart: rename one at the "
            "source, or leave it out"
        )
