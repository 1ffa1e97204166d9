"""Athena's statements on a real Trino server."""

from __future__ import annotations

import base64
import json
import re
from concurrent.futures import ThreadPoolExecutor

from tests.engines.athena import trino_client
from tests.engines.athena.glue import Glue, hive_type, trino_type
from tests.engines.athena.statements import (
    CreateTableAs,
    HiveStatement,
    Refused,
    column_definitions,
    parse,
    renamed_to,
)
from tests.engines.athena.trino_client import Result

_VIEW = re.compile(r'create\s+or\s+replace\s+view\s+(?:"?awsdatacatalog"?\.)?"?(\w+)"?\."?(\w+)"?', re.I)


class TrinoBackend:
    """Hands each statement to Trino or to Glue, whichever does it in Athena."""

    def __init__(self, url: str, glue: Glue) -> None:
        self._url = url
        self._glue = glue
        self._checked: set[tuple[str, str, bool]] = set()

    def run(self, sql: str, schema: str) -> Result:
        """Runs one statement, or raises QueryFailed or Refused with the reason."""
        statement = parse(sql)
        if isinstance(statement, HiveStatement):
            return self._define(statement, schema)
        if isinstance(statement, CreateTableAs):
            if statement.is_iceberg:
                self._check_timestamps(statement, schema)
            return self._trino(statement.for_trino(), schema)
        view = _VIEW.match(statement)
        if view:
            done = self._trino(statement, schema)
            self._describe_view(view[1].lower(), view[2].lower())
            return done
        return self._trino(statement, schema)

    def _trino(self, sql: str, schema: str, prepared: str | None = None) -> Result:
        return trino_client.run(self._url, sql, schema, prepared)

    def _check_timestamps(self, created: CreateTableAs, schema: str) -> None:
        """Trino widens a timestamp(3) for Iceberg without a word; Athena refuses it.

        Twice a model is enough, before and after its table is there: then its query is another one.
        """
        model = re.sub(r"__(ha|dbt_tmp)$", "", created.table)
        kind = created.schema, model, self._glue.table(created.schema, model) is not None
        if kind in self._checked:
            return
        for row in self._trino("describe output it", schema, prepared=created.query).rows:
            name, kind = str(row[0]), str(row[4])
            found = re.match(r"timestamp\((\d+)\)", kind)
            if found and found[1] != "6":
                raise Refused(
                    f"NOT_SUPPORTED: Timestamp precision ({found[1]}) not supported for Iceberg. "
                    f'Use "timestamp(6)" instead. (column {name})'
                )
        self._checked.add(kind)

    def _define(self, statement: HiveStatement, schema: str) -> Result:
        iceberg = self._glue.is_iceberg(statement.schema, statement.table)
        name = f'{"iceberg" if iceberg else "awsdatacatalog"}."{statement.schema}"."{statement.table}"'
        if statement.kind == "rename table":
            to = renamed_to(statement.rest)
            catalog = name.split(".", 1)[0]
            return self._trino(f'alter table {name} rename to {catalog}."{to[0]}"."{to[1]}"', schema)
        if statement.kind == "add columns":
            for column, kind in column_definitions(statement.rest)[0]:
                typed = "timestamp(6)" if iceberg and kind == "timestamp" else trino_type(kind)
                self._trino(f'alter table {name} add column "{column}" {typed}', schema)
            return Result()
        if statement.kind == "drop table":
            entry = self._glue.table(statement.schema, statement.table)
            if entry is not None:
                kind = "view" if entry["TableType"] == "VIRTUAL_VIEW" else "table"
                self._trino(f"drop {kind} {name}", schema)
            return Result()
        self._glue.run(statement)
        return Result()

    def _describe_view(self, schema: str, name: str) -> None:
        """Trino leaves one column `dummy` in Glue; Athena leaves the real ones, and dbt reads them there."""
        entry = self._glue.existing(schema, name)
        encoded = re.search(r"/\* Presto View: (\S+) \*/", entry["ViewOriginalText"])
        assert encoded, entry["ViewOriginalText"]
        definition = json.loads(base64.b64decode(encoded[1]))
        entry["StorageDescriptor"]["Columns"] = [
            {"Name": column["name"], "Type": hive_type(column["type"])} for column in definition["columns"]
        ]
        self._glue.update(schema, entry)


def warm_up(backend: TrinoBackend) -> None:
    """Has the server load what the first query of each kind needs, while nobody waits for it."""
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda sql: backend.run(sql, "default"), ["select count(*) from (values 1, 2) as t (n)"] * 2
            )
        )
