"""Athena's statements on DuckDB, for machines without Trino. Shows the adapter's flow and what ends up in
the tables, not that Athena takes the SQL: DuckDB forgives what Trino refuses. Tables are DuckDB's own,
with an entry in Glue as Athena leaves it; bronze is read from S3."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from ingestion.home import REPOSITORY
from tests.engines.athena.glue import Glue, hive_type, trino_type
from tests.engines.athena.statements import (
    CreateTableAs,
    HiveStatement,
    Refused,
    column_definitions,
    parse,
    renamed_to,
)
from tests.engines.athena.trino_client import QueryFailed, Result
from tests.engines.athena.trino_server import Cloud

_EXTENSIONS = REPOSITORY / ".venv" / "duckdb_extensions"
# Functions of Trino that sqlglot leaves as they are
_FUNCTIONS = """
    create macro from_unixtime_nanos(nanos) as make_timestamp(cast(cast(nanos as hugeint) // 1000 as bigint));
    create macro to_milliseconds(days) as days * 86400000;
"""


class DuckDBBackend:
    """Translates each statement, and keeps Glue in step."""

    def __init__(self, cloud: Cloud, glue: Glue, extensions: Path = _EXTENSIONS) -> None:
        self._glue = glue
        # one statement at a time: DuckDB refuses two that write one table
        self._lock = threading.Lock()
        self._duckdb = duckdb.connect(config={"extension_directory": str(extensions)})
        self._duckdb.execute("load httpfs; set timezone = 'UTC'")
        self._duckdb.execute(
            f"create secret (type s3, key_id '{cloud.key}', secret '{cloud.secret}', region '{cloud.region}',"
            f" endpoint '{cloud.s3.removeprefix('http://')}', url_style 'path', use_ssl false)"
        )
        self._duckdb.execute(_FUNCTIONS)

    def run(self, sql: str, schema: str) -> Result:
        """Runs one statement, or raises QueryFailed or Refused with the reason."""
        statement = parse(sql)
        with self._lock:
            try:
                if isinstance(statement, HiveStatement):
                    return self._define(statement)
                if isinstance(statement, CreateTableAs):
                    return self._create(statement)
                return self._query(statement)
            except (duckdb.Error, sqlglot.errors.SqlglotError) as error:
                raise QueryFailed(f"{type(error).__name__}: {error}") from None

    def copy(self, tables: Iterable[str], file: Path) -> None:
        """Copies tables into a DuckDB file that has their schemas."""
        with self._lock:
            self._duckdb.execute(f"attach '{file}' as copied")
            for table in tables:
                self._duckdb.execute(f"create table copied.{table} as from {table}")
            self._duckdb.execute("detach copied")

    def _query(self, statement: str) -> Result:
        [tree] = sqlglot.parse(statement, read="athena")
        assert tree is not None
        # a view that is made is in Glue only afterwards
        self._expose_external(tree.expression if isinstance(tree, exp.Create) else tree)
        found = self._duckdb.execute(_translate(tree))
        if isinstance(tree, exp.Create):
            self._register(tree.this.db, tree.this.name, {"TableType": "VIRTUAL_VIEW"})
            return Result()
        if isinstance(tree, (exp.Insert, exp.Merge, exp.Update, exp.Delete)):
            [(count,)] = found.fetchall()
            return Result([("rows", "bigint")], [], count)
        columns = [(name, _trino(str(kind))) for name, kind, *_ in found.description]
        return Result(columns, [list(row) for row in found.fetchall()])

    def _create(self, statement: CreateTableAs) -> Result:
        name = f'"{statement.schema}"."{statement.table}"'
        [tree] = sqlglot.parse(statement.query, read="athena")
        assert tree is not None
        self._expose_external(tree)
        self._duckdb.execute(f"create schema if not exists {statement.schema}")
        self._duckdb.execute(f"create or replace table {name} as {_translate(tree)}")
        [(count,)] = self._duckdb.execute(f"select count(*) from {name}").fetchall()
        location = statement.properties.get("location", statement.properties.get("external_location", "''"))
        entry: dict[str, Any] = {"TableType": "EXTERNAL_TABLE", "Parameters": {"landfall": "duckdb"}}
        if statement.is_iceberg:
            entry["Parameters"]["table_type"] = "ICEBERG"
        self._register(statement.schema, statement.table, entry, location.strip("'"))
        return Result([("rows", "bigint")], [], count)

    def _register(self, schema: str, name: str, entry: dict[str, Any], location: str = "") -> None:
        """The table or view in Glue, with the columns that DuckDB gave it."""
        described = self._duckdb.execute(f'describe "{schema}"."{name}"').fetchall()
        columns = [{"Name": column, "Type": hive_type(_trino(kind))} for column, kind, *_ in described]
        self._glue.put(
            schema, {"Name": name, "StorageDescriptor": {"Columns": columns, "Location": location}, **entry}
        )

    def _define(self, statement: HiveStatement) -> Result:
        name = f'"{statement.schema}"."{statement.table}"'
        if statement.kind == "create schema":
            self._duckdb.execute(f"create schema if not exists {statement.schema}")
        elif statement.kind == "rename table":
            schema, table = renamed_to(statement.rest)
            entry = self._glue.existing(statement.schema, statement.table)
            # a table that Glue has forgotten is gone, whatever DuckDB still holds
            self._duckdb.execute(f'drop table if exists "{schema}"."{table}"')
            self._duckdb.execute(f'alter table {name} rename to "{table}"')
            self._glue.delete(statement.schema, statement.table)
            self._glue.put(schema, entry | {"Name": table})
            return Result()
        elif statement.kind == "add columns":
            for column, kind in column_definitions(statement.rest)[0]:
                self._duckdb.execute(f'alter table {name} add column "{column}" {trino_type(kind)}')
            entry = self._glue.existing(statement.schema, statement.table)
            self._register(statement.schema, statement.table, entry, entry["StorageDescriptor"]["Location"])
            return Result()
        elif statement.kind == "drop table":
            self._glue.delete(statement.schema, statement.table)
            return Result()
        self._glue.run(statement)
        return Result()

    def _expose_external(self, tree: exp.Expression) -> None:
        """A view over the files of each external table that a statement reads."""
        for table in {(found.db, found.name) for found in tree.find_all(exp.Table) if found.db}:
            entry = self._glue.table(*table)
            if entry is None:
                raise Refused(f"TABLE_NOT_FOUND: Table '{table[0]}.{table[1]}' does not exist")
            if entry["TableType"] == "EXTERNAL_TABLE" and "landfall" not in entry.get("Parameters", {}):
                self._duckdb.execute(f"create schema if not exists {table[0]}")
                self._duckdb.execute(_external_view(table, entry, self._columns_in(entry)))

    def _columns_in(self, entry: dict[str, Any]) -> dict[str, str]:
        """What the files of a table hold: names in lower case, and DuckDB's types. No files: nothing."""
        files = _files(entry)
        if not self._duckdb.execute(f"select 1 from glob('{files}') limit 1").fetchall():
            return {}
        described = self._duckdb.execute(
            f"describe select * from read_parquet('{files}', union_by_name = true, hive_partitioning = false)"
        )
        return {name.lower(): kind for name, kind, *_ in described.fetchall()}


def _files(entry: dict[str, Any]) -> str:
    return f"{entry['StorageDescriptor']['Location'].rstrip('/')}/**/*.parquet"


def _external_view(table: tuple[str, str], entry: dict[str, Any], there: dict[str, str]) -> str:
    columns = []
    for column in entry["StorageDescriptor"]["Columns"]:
        name, kind = column["Name"], trino_type(column["Type"])
        value = f'"{name}"' if name in there else "null"
        if there.get(name) == "TIMESTAMP" and kind == "bigint":
            # as Athena gives it: the number that stands in the file
            value = f"epoch_us({value})"
        columns.append(f'cast({value} as {kind}) as "{name}"')
    for key in entry.get("PartitionKeys", []):
        # the folder between the table's and the file's name
        folder = entry["StorageDescriptor"]["Location"]
        columns.append(f"regexp_replace(filename[{len(folder) + 1}:], '/[^/]*$', '') as \"{key['Name']}\"")
    read = (
        f"read_parquet('{_files(entry)}', union_by_name = true, filename = true, hive_partitioning = false)"
    )
    rows = f'select {", ".join(columns)}, filename as "$path" from {read}'
    if not there:
        rows = f"select {', '.join(columns)}, '' as \"$path\" where false"
    return f'create or replace view "{table[0]}"."{table[1]}" as {rows}'


def _translate(tree: exp.Expression) -> str:
    return tree.transform(_in_duckdb).sql(dialect="duckdb")


def _in_duckdb(node: exp.Expression) -> exp.Expression:
    """What sqlglot does not know, or knows for sessions that are not in UTC."""
    if isinstance(node, exp.Table) and node.catalog:
        node.set("catalog", None)
    if isinstance(node, exp.AtTimeZone):
        return node.this
    if isinstance(node, exp.CurrentTimestamp):
        return sqlglot.parse_one("make_timestamp(epoch_us(now()))", read="duckdb")
    if _is_timestamp_text(node):
        # Trino writes the digits that the type has, DuckDB those that are not zero
        return exp.func("strftime", node.this, exp.Literal.string("%Y-%m-%d %H:%M:%S.%f"))
    return node


def _is_timestamp_text(node: exp.Expression) -> bool:
    """Whether it is cast(cast(… as timestamp) as varchar)."""
    inner = node.this
    if not isinstance(node, exp.Cast) or not isinstance(inner, exp.Cast):
        return False
    return node.to.is_type("text", "varchar") and inner.to.is_type("timestamp", "timestampntz")


def _trino(kind: str) -> str:
    """DuckDB's name of a type in Trino's words."""
    text = kind.lower()
    text = re.sub(r"^timestamp.*", "timestamp(6)", text)
    return {"blob": "varbinary", "float": "real", "hugeint": "decimal(38,0)", '"null"': "varchar"}.get(
        text, text
    )
