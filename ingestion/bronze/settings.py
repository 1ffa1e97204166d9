"""The part of DMS's JSON that decides what bronze looks like."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Any

from ingestion.errors import LandfallError

Json = dict[str, Any]

_DATE_FORMATS = {
    "YYYYMMDD": ("%Y", "%m", "%d"),
    "YYYYMMDDHH": ("%Y", "%m", "%d", "%H"),
    "YYYYMM": ("%Y", "%m"),
    "MMYYYYDD": ("%m", "%Y", "%d"),
    "DDMMYYYY": ("%d", "%m", "%Y"),
}
_DELIMITERS = {"SLASH": "/", "DASH": "-", "UNDERSCORE": "_", "NONE": ""}


@dataclass(frozen=True)
class S3Settings:
    """DMS's S3Settings, the keys that the replica honours; any other key is refused by name."""

    data_format: str = "csv"
    compression: str = "none"
    include_op_for_full_load: bool = False
    timestamp_column: str = ""
    task_start_as_timestamp: bool = False
    date_partition: bool = False
    date_sequence: str = "YYYYMMDD"
    date_delimiter: str = "SLASH"
    max_batch_seconds: float = 60
    min_file_bytes: int = 32000 * 1024
    csv_null: str = ""
    add_column_names: bool = False

    @classmethod
    def parse(cls, settings: Json) -> S3Settings:
        """From the JSON that AWS takes. Defaults are DMS's own."""
        given = dict(settings)
        parsed = cls(
            data_format=_choice(given, "DataFormat", "csv", {"csv", "parquet"}),
            compression=_choice(given, "CompressionType", "none", {"none", "gzip"}),
            include_op_for_full_load=given.pop("IncludeOpForFullLoad", False),
            timestamp_column=given.pop("TimestampColumnName", ""),
            task_start_as_timestamp=given.pop("UseTaskStartTimeForFullLoadTimestamp", False),
            date_partition=given.pop("DatePartitionEnabled", False),
            date_sequence=_choice(given, "DatePartitionSequence", "YYYYMMDD", set(_DATE_FORMATS)),
            date_delimiter=_choice(given, "DatePartitionDelimiter", "SLASH", set(_DELIMITERS)),
            max_batch_seconds=float(given.pop("CdcMaxBatchInterval", 60)),
            min_file_bytes=int(given.pop("CdcMinFileSize", 32000)) * 1024,
            csv_null=given.pop("CsvNullValue", ""),
            add_column_names=given.pop("AddColumnName", False),
        )
        # the writer always keeps statistics; where the bucket is, the lake says
        for key in ("EnableStatistics", "BucketName", "BucketFolder", "ServiceAccessRoleArn"):
            given.pop(key, None)
        if given:
            raise LandfallError(
                f"S3Settings: the local replica does not know '{sorted(given)[0]}'; remove it there"
            )
        return parsed

    def date_folder_format(self) -> str:
        """strftime format of the folder of a commit date."""
        return _DELIMITERS[self.date_delimiter].join(_DATE_FORMATS[self.date_sequence])


def _choice(given: Json, key: str, default: str, allowed: set[str]) -> str:
    value = str(given.pop(key, default))
    for choice in allowed:
        if choice.lower() == value.lower():
            return choice
    raise LandfallError(f"S3Settings: {key} is '{value}'; use one of {', '.join(sorted(allowed))}")


@dataclass(frozen=True)
class TableMappings:
    """DMS's table mappings: which tables, and which columns are added to theirs."""

    selection: tuple[tuple[str, str, str], ...]
    added_columns: tuple[tuple[str, str], ...]
    before_image_prefix: str | None

    @classmethod
    def parse(cls, mappings: Json) -> TableMappings:
        """From the JSON that AWS takes; a rule that the replica cannot follow is refused."""
        selection: list[tuple[str, str, str]] = []
        added: list[tuple[str, str]] = []
        prefix = None
        for rule in mappings.get("rules", []):
            name = rule.get("rule-name") or rule.get("rule-id")
            action = rule.get("rule-action")
            if rule.get("rule-type") == "selection" and action in ("include", "exclude"):
                at = rule["object-locator"]
                selection.append((action, at["schema-name"], at["table-name"]))
            elif action == "add-column" and rule.get("expression") in HEADERS:
                added.append((rule["value"], rule["expression"]))
            elif action == "add-before-image-columns" and _is_pk_only(rule):
                prefix = rule["before-image-def"]["column-prefix"]
            else:
                raise LandfallError(
                    f"table mappings: the local replica cannot follow rule '{name}' ({action})"
                )
        return cls(tuple(selection), tuple(added), prefix)

    def selects(self, schema: str, table: str) -> bool:
        """Whether a table is replicated; `%` stands for any text, an exclusion beats an inclusion."""
        actions = {
            action
            for action, schema_pattern, table_pattern in self.selection
            if fnmatch.fnmatchcase(schema, schema_pattern.replace("%", "*"))
            and fnmatch.fnmatchcase(table, table_pattern.replace("%", "*"))
        }
        return "include" in actions and "exclude" not in actions


# The headers of DMS that an added column may hold.
HEADERS = ("$AR_H_CHANGE_SEQ", "$AR_H_STREAM_POSITION", "$AR_H_TRANSACTION_ID", "$AR_H_OPERATION")


def _is_pk_only(rule: Json) -> bool:
    definition = rule.get("before-image-def", {})
    return definition.get("column-filter") == "pk-only" and not definition.get("column-suffix")
