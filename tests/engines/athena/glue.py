"""Hive's definitions on Glue's tables: Athena does these itself, without its query engine."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from tests.engines.athena.statements import HiveStatement, Refused, column_definitions, literal_pairs

# What Glue answers with and does not take back
_READ_ONLY = (
    "CatalogId",
    "CreateTime",
    "CreatedBy",
    "DatabaseName",
    "IsRegisteredWithLakeFormation",
    "LastAccessTime",
    "UpdateTime",
    "VersionId",
)


class Glue:
    """The catalog, through boto3's Glue client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def table(self, schema: str, name: str) -> dict[str, Any] | None:
        """Glue's entry of a table or view, if there is one; there is none without a name."""
        if not name:
            return None
        try:
            found: dict[str, Any] = self._client.get_table(DatabaseName=schema, Name=name)["Table"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "EntityNotFoundException":
                raise
            return None
        return found

    def tables(self) -> list[dict[str, Any]]:
        """Every table and view of every database."""
        return [
            table
            for database in self._client.get_paginator("get_databases")
            .paginate()
            .build_full_result()["DatabaseList"]
            for table in self._client.get_paginator("get_tables")
            .paginate(DatabaseName=database["Name"])
            .build_full_result()["TableList"]
        ]

    def clear(self) -> None:
        """Forgets every table and view; what lies in S3 stays."""
        for table in self.tables():
            self._client.delete_table(DatabaseName=table["DatabaseName"], Name=table["Name"])

    def is_iceberg(self, schema: str, name: str) -> bool:
        found = self.table(schema, name)
        return found is not None and found.get("Parameters", {}).get("table_type", "").upper() == "ICEBERG"

    def run(self, statement: HiveStatement) -> None:
        """Executes one of the definitions that touch nothing but the catalog."""
        if statement.kind == "create schema":
            try:
                self._client.create_database(DatabaseInput={"Name": statement.schema})
            except ClientError as error:
                if error.response["Error"]["Code"] != "AlreadyExistsException":
                    raise
        elif statement.kind == "drop schema":
            self._client.delete_database(Name=statement.schema)
        elif statement.kind == "create external table":
            self._client.create_table(DatabaseName=statement.schema, TableInput=_external(statement))
        elif statement.kind == "set properties":
            entry = self.existing(statement.schema, statement.table)
            entry.setdefault("Parameters", {}).update(literal_pairs(statement.rest))
            self.update(statement.schema, entry)
        else:
            raise Refused(f"NOT_SUPPORTED: {statement.kind}")

    def existing(self, schema: str, name: str) -> dict[str, Any]:
        """A table's entry, or Athena's message that there is none."""
        found = self.table(schema, name)
        if found is None:
            raise Refused(f"FAILED: SemanticException [Error 10001]: Table not found {schema}.{name}")
        return found

    def put(self, schema: str, entry: dict[str, Any]) -> None:
        """Makes a table's entry, or replaces it."""
        if self.table(schema, entry["Name"]) is None:
            self._client.create_table(DatabaseName=schema, TableInput=_input(entry))
        else:
            self.update(schema, entry)

    def update(self, schema: str, entry: dict[str, Any]) -> None:
        """Replaces a table's entry."""
        self._client.update_table(DatabaseName=schema, TableInput=_input(entry))

    def delete(self, schema: str, name: str) -> None:
        if self.table(schema, name) is not None:
            self._client.delete_table(DatabaseName=schema, Name=name)


def _input(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in _READ_ONLY}


def hive_type(trino_type: str) -> str:
    """A column's type in Glue's words."""
    text = trino_type.lower()
    text = re.sub(r"^(varchar|char)(\(\d+\))?$", "string", text)
    text = re.sub(r"^timestamp(\(\d+\))?$", "timestamp", text)
    return {"integer": "int", "real": "float", "varbinary": "binary"}.get(text, text)


def trino_type(hive: str) -> str:
    """A column's type in the words of a query."""
    text = hive.lower()
    return {"string": "varchar", "int": "integer", "float": "real", "binary": "varbinary"}.get(text, text)


def _external(statement: HiveStatement) -> dict[str, Any]:
    columns, after = column_definitions(statement.rest)
    serde = re.search(
        r"row\s+format\s+serde\s+'([^']+)'(?:\s+with\s+serdeproperties\s*(\([^)]*\)))?", after, re.I
    )
    location = re.search(r"location\s+'([^']+)'", after, re.I)
    properties = re.search(r"tblproperties\s*(\([^)]*\))", after, re.I)
    if not serde or not location:
        raise Refused("FAILED: ParseException: an external table needs row format serde and location")
    return {
        "Name": statement.table,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE"} | (literal_pairs(properties[1]) if properties else {}),
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
            "Location": location[1],
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": serde[1],
                "Parameters": literal_pairs(serde[2]) if serde[2] else {},
            },
        },
    }
