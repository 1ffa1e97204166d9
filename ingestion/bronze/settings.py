"""The part of DMS's JSON that decides what bronze looks like."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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

# Settings that would change the files and that the replica does not follow: it takes DMS's default alone.
_ONLY: Json = {
    "PreserveTransactions": False,
    "Rfc4180": True,
    "CsvDelimiter": ",",
    "CsvRowDelimiter": "\n",
    "UseCsvNoSupValue": False,
    "ParquetTimestampInMillisecond": False,
    "AddTrailingPaddingCharacter": False,
    "GlueCatalogGeneration": False,
}
# Where the bucket is, the lake says; statistics are always written, and say nothing of the rows.
_WITHOUT_EFFECT = ("EnableStatistics", "BucketName", "BucketFolder", "ServiceAccessRoleArn")


@dataclass(frozen=True)
class S3Settings:
    """DMS's S3Settings, the keys that the replica honours; any other key is refused by name.

    `cdc_operations` are those of I, U and D that files of changes hold; `op_in_changes` is whether
    they say which. `zone` is that of date folders and of the names of files of changes.
    """

    data_format: str = "csv"
    compression: str = "none"
    include_op_for_full_load: bool = False
    cdc_operations: str = "IUD"
    op_in_changes: bool = True
    timestamp_column: str = ""
    task_start_as_timestamp: bool = False
    date_partition: bool = False
    date_sequence: str = "YYYYMMDD"
    date_delimiter: str = "SLASH"
    zone: tzinfo = UTC
    max_batch_seconds: float = 60
    min_file_bytes: int = 32000 * 1024
    max_load_file_bytes: int = 1_048_576 * 1024
    csv_null: str = ""
    add_column_names: bool = False

    @classmethod
    def parse(cls, settings: Json) -> S3Settings:
        """From the JSON that AWS takes. Defaults are DMS's own; `CsvNullValue` is what a real task
        wrote without the setting, which is nothing, not the documented NULL."""
        given = _Given("S3Settings", settings)
        include_op = given.flag("IncludeOpForFullLoad")
        operations = _operations(given)
        partition = given.flag("DatePartitionEnabled")
        parsed = cls(
            data_format=given.choice("DataFormat", "csv", {"csv", "parquet"}),
            compression=given.choice("CompressionType", "none", {"none", "gzip"}),
            include_op_for_full_load=include_op,
            cdc_operations=operations,
            # without the deletes nothing need tell them apart: DMS then asks IncludeOpForFullLoad
            op_in_changes=operations == "IUD" or include_op,
            timestamp_column=given.pop("TimestampColumnName", ""),
            task_start_as_timestamp=given.flag("UseTaskStartTimeForFullLoadTimestamp"),
            date_partition=partition,
            date_sequence=given.choice("DatePartitionSequence", "YYYYMMDD", set(_DATE_FORMATS)),
            date_delimiter=given.choice("DatePartitionDelimiter", "SLASH", set(_DELIMITERS)),
            zone=_zone(given.pop("DatePartitionTimezone", None), partition),
            max_batch_seconds=given.number("CdcMaxBatchInterval", 60),
            min_file_bytes=int(given.number("CdcMinFileSize", 32000) * 1024),
            max_load_file_bytes=int(given.number("MaxFileSize", 1_048_576) * 1024),
            csv_null=given.pop("CsvNullValue", ""),
            add_column_names=given.flag("AddColumnName"),
        )
        given.only(_ONLY)
        given.end(_WITHOUT_EFFECT)
        return parsed

    def date_folder_format(self) -> str:
        """strftime format of the folder of a commit date."""
        return _DELIMITERS[self.date_delimiter].join(_DATE_FORMATS[self.date_sequence])


def _operations(given: _Given) -> str:
    inserts_only, inserts_and_updates = given.flag("CdcInsertsOnly"), given.flag("CdcInsertsAndUpdates")
    if inserts_only and inserts_and_updates:
        raise LandfallError("S3Settings: CdcInsertsOnly excludes CdcInsertsAndUpdates; keep one of them")
    return "I" if inserts_only else "IU" if inserts_and_updates else "IUD"


def _zone(name: str | None, date_partition: bool) -> tzinfo:
    if name is None:
        return UTC
    if not date_partition:
        raise LandfallError("S3Settings: DatePartitionTimezone needs DatePartitionEnabled")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LandfallError(
            f"S3Settings: DatePartitionTimezone is '{name}', which is no zone of this machine's; "
            "use one such as Europe/Paris (Debian's package tzdata brings them)"
        ) from None


class _Given:
    """The keys of one JSON object; what is left when all that is known was taken, is refused."""

    def __init__(self, where: str, settings: Json) -> None:
        self._where = where
        self._left = dict(settings)

    def pop(self, key: str, default: Any) -> Any:
        return self._left.pop(key, default)

    def flag(self, key: str, default: bool = False) -> bool:
        """AWS takes y and n too, and CloudFormation may hand booleans over as text."""
        value = str(self.pop(key, default)).lower()
        if value not in ("true", "y", "false", "n"):
            raise LandfallError(f"{self._where}: {key} is '{value}'; use true or false")
        return value in ("true", "y")

    def number(self, key: str, default: float) -> float:
        value = self.pop(key, default)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise LandfallError(f"{self._where}: {key} is '{value}'; use a number") from None

    def choice(self, key: str, default: str, allowed: set[str]) -> str:
        value = str(self.pop(key, default))
        for choice in allowed:
            if choice.lower() == value.lower():
                return choice
        raise LandfallError(f"{self._where}: {key} is '{value}'; use one of {', '.join(sorted(allowed))}")

    def only(self, wanted: Json) -> None:
        """Refuses other values than these: they would change what is written."""
        for key, value in wanted.items():
            given = self.flag(key, value) if isinstance(value, bool) else self.pop(key, value)
            if given != value:
                raise LandfallError(
                    f"{self._where}: the local replica follows {key} only as {value!r}; "
                    f"it is {given!r}: remove it there"
                )

    def end(self, without_effect: tuple[str, ...]) -> None:
        """Refuses every key that is neither taken nor without effect on the files."""
        if unknown := sorted(set(self._left) - set(without_effect)):
            raise LandfallError(
                f"{self._where}: the local replica does not know '{unknown[0]}'; remove it there"
            )


@dataclass(frozen=True)
class TaskSettings:
    """DMS's task settings, as far as they decide what is in the files; defaults are DMS's own.

    `lob_max_bytes`: LOBs (texts without a length, documents, bytes) are cut there.
    """

    lob_max_bytes: int = 32 * 1024
    clear_folder_before_load: bool = False
    transaction_timeout_seconds: int = 600

    @classmethod
    def parse(cls, settings: Json) -> TaskSettings:
        """From the JSON that AWS takes; what would make other files than the replica's is refused."""
        sections = _Given("task settings", settings)
        target = _Given("task settings: TargetMetadata", sections.pop("TargetMetadata", {}))
        load = _Given("task settings: FullLoadSettings", sections.pop("FullLoadSettings", {}))
        ddl = _Given(
            "task settings: ChangeProcessingDdlHandlingPolicy",
            sections.pop("ChangeProcessingDdlHandlingPolicy", {}),
        )
        parsed = cls(
            lob_max_bytes=int(target.number("LobMaxSize", 32) * 1024),
            clear_folder_before_load=load.choice(
                "TargetTablePrepMode", "DO_NOTHING", {"DO_NOTHING", "DROP_AND_CREATE", "TRUNCATE_BEFORE_LOAD"}
            )
            != "DO_NOTHING",
            transaction_timeout_seconds=int(load.number("TransactionConsistencyTimeout", 600)),
        )
        # DMS itself has no full LOB mode for S3, and loses changes there when it applies in batches
        target.only(
            {
                "SupportLobs": True,
                "FullLobMode": False,
                "LimitedSizeLobMode": True,
                "BatchApplyEnabled": False,
                "TargetSchema": "",
            }
        )
        target.end(("LobChunkSize", "InlineLobMaxSize", "ParallelLoadThreads", "ParallelLoadBufferSize"))
        load.only({"StopTaskCachedChangesApplied": False, "StopTaskCachedChangesNotApplied": False})
        load.end(("CommitRate", "CreatePkAfterFullLoad", "MaxFullLoadSubTasks"))
        ddl.only({"HandleSourceTableAltered": True})
        # PostgreSQL's log tells DMS of neither
        ddl.end(("HandleSourceTableTruncated", "HandleSourceTableDropped"))
        sections.end(("Logging", "StreamBufferSettings", "ChangeProcessingTuning", "ErrorBehavior"))
        return parsed


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
            at = rule.get("object-locator", {})
            if rule.get("filters"):
                raise LandfallError(f"table mappings: the local replica cannot filter rows (rule '{name}')")
            if rule.get("rule-type") == "selection" and action in ("include", "exclude"):
                selection.append((action, at["schema-name"], at["table-name"]))
            elif at.get("table-name", "%") != "%":
                raise LandfallError(
                    f"table mappings: the local replica transforms all tables or none, so the table-name of "
                    f"rule '{name}' must be %"
                )
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
