"""E8, and every setting of DMS: the replica follows it, or refuses it in one line that names it."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from ingestion.bronze.settings import S3Settings, TableMappings, TaskSettings
from ingestion.dms.mappings import default_settings
from ingestion.errors import LandfallError
from tests.conformance.conftest import ADD_BEFORE_IMAGES, ADD_SEQUENCE, SELECT_ALL, Live

# what the tests of this package show, or what says nothing of the files' contents
FOLLOWED = {
    "AddColumnName", "BucketFolder", "BucketName", "CdcInsertsAndUpdates", "CdcInsertsOnly",
    "CdcMaxBatchInterval", "CdcMinFileSize", "CompressionType", "CsvNullValue", "DataFormat",
    "DatePartitionDelimiter", "DatePartitionEnabled", "DatePartitionSequence", "DatePartitionTimezone",
    "EnableStatistics", "IncludeOpForFullLoad", "MaxFileSize", "ServiceAccessRoleArn",
    "TimestampColumnName", "UseTaskStartTimeForFullLoadTimestamp",
}  # fmt: skip
# DMS's own default, which the replica takes
TAKEN = {
    "AddTrailingPaddingCharacter": False,
    "CsvDelimiter": ",",
    "CsvRowDelimiter": "\n",
    "GlueCatalogGeneration": False,
    "ParquetTimestampInMillisecond": False,
    "PreserveTransactions": False,
    "Rfc4180": True,
    "UseCsvNoSupValue": False,
}


def documented() -> dict[str, str]:
    """The members of S3Settings in AWS's own model of the API, and their types."""
    shape = botocore.session.get_session().get_service_model("dms").shape_for("S3Settings")
    return {name: member.type_name for name, member in shape.members.items()}


def refusal(parse: Any, settings: object) -> str:
    with pytest.raises(LandfallError) as error:
        parse(settings)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_e08_e12_every_documented_setting_is_followed_or_refused_by_name() -> None:
    members = documented()
    assert members.keys() >= FOLLOWED | TAKEN.keys()
    for name in members.keys() - FOLLOWED:
        other: Any = {"boolean": True, "integer": 1, "string": "x"}.get(members[name], "x")
        if name in TAKEN:
            S3Settings.parse({name: TAKEN[name]})
            other = not TAKEN[name] if isinstance(TAKEN[name], bool) else "|"
        assert name in refusal(S3Settings.parse, {name: other}), name
    assert "'Nonsense'" in refusal(S3Settings.parse, {"Nonsense": 1})


def test_e08_preserved_transactions_are_refused_and_nothing_is_written(live: Live) -> None:
    live.execute("create table t (id int primary key)", "insert into t values (1)")
    replica = live.replica("t", settings={"PreserveTransactions": True, "CdcPath": "changes"})
    with pytest.raises(LandfallError, match="follows PreserveTransactions only as False"):
        replica.run()
    replica = live.replica("t", settings={"CdcPath": "changes"})
    with pytest.raises(LandfallError, match="CdcPath"):
        replica.run()
    assert not replica.path("").exists()
    assert live.execute("select count(*) from pg_replication_slots where database = current_database()") == [
        (0,)
    ]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"CdcInsertsOnly": True, "CdcInsertsAndUpdates": True},
            "CdcInsertsOnly excludes CdcInsertsAndUpdates",
        ),
        ({"DatePartitionTimezone": "Asia/Seoul"}, "DatePartitionTimezone needs DatePartitionEnabled"),
        ({"DatePartitionEnabled": True, "DatePartitionTimezone": "Mars/Olympus"}, "'Mars/Olympus'"),
        ({"DatePartitionEnabled": True, "DatePartitionTimezone": "../x"}, "'../x'"),
        ({"DatePartitionSequence": "DDMM"}, "DatePartitionSequence is 'DDMM'; use one of"),
        ({"CompressionType": "snappy"}, "CompressionType is 'snappy'; use one of gzip, none"),
        ({"MaxFileSize": "much"}, "MaxFileSize is 'much'; use a number"),
        ({"IncludeOpForFullLoad": "perhaps"}, "IncludeOpForFullLoad is 'perhaps'; use true or false"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_right(settings: dict[str, Any], says: str) -> None:
    assert says in refusal(S3Settings.parse, settings)


def test_flags_and_numbers_may_come_as_text() -> None:
    settings = {"IncludeOpForFullLoad": "y", "AddColumnName": "false", "CdcMaxBatchInterval": "10"}
    parsed = S3Settings.parse(settings)
    assert (parsed.include_op_for_full_load, parsed.add_column_names, parsed.max_batch_seconds) == (
        True,
        False,
        10,
    )


@pytest.mark.parametrize(
    ("section", "settings", "says"),
    [
        ("TargetMetadata", {"FullLobMode": True}, "FullLobMode"),
        ("TargetMetadata", {"LimitedSizeLobMode": False}, "LimitedSizeLobMode"),
        ("TargetMetadata", {"SupportLobs": False}, "SupportLobs"),
        ("TargetMetadata", {"BatchApplyEnabled": True}, "BatchApplyEnabled"),
        ("TargetMetadata", {"TargetSchema": "other"}, "TargetSchema"),
        ("FullLoadSettings", {"TargetTablePrepMode": "APPEND"}, "TargetTablePrepMode is 'APPEND'"),
        ("FullLoadSettings", {"StopTaskCachedChangesApplied": True}, "StopTaskCachedChangesApplied"),
        (
            "ChangeProcessingDdlHandlingPolicy",
            {"HandleSourceTableAltered": False},
            "HandleSourceTableAltered",
        ),
        ("ChangeProcessingDdlHandlingPolicy", {"Nonsense": 1}, "Nonsense"),
        ("CharacterSetSettings", {"CharacterSetSupport": {}}, "CharacterSetSettings"),
        ("ValidationSettings", {"EnableValidation": True}, "ValidationSettings"),
    ],
)
def test_task_settings_that_would_make_other_files_are_refused_by_name(
    section: str, settings: dict[str, Any], says: str
) -> None:
    assert says in refusal(TaskSettings.parse, {section: settings})


def test_the_shipped_settings_are_followed() -> None:
    shipped = TaskSettings.parse(default_settings("task_settings"))
    assert shipped == TaskSettings(lob_max_bytes=32 * 1024, clear_folder_before_load=False)
    assert S3Settings.parse(default_settings("s3_settings")).cdc_operations == "IUD"


def rule(base: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {**base, "rule-name": "mine", **changed}


FILTER = [{"filter-type": "source", "column-name": "id", "filter-conditions": []}]
ONE_TABLE = {"schema-name": "public", "table-name": "t"}


@pytest.mark.parametrize(
    "refused",
    [
        rule(SELECT_ALL, filters=FILTER),
        rule(SELECT_ALL, **{"rule-action": "explicit"}),
        rule(ADD_SEQUENCE, expression="$AR_H_USER"),
        rule(ADD_SEQUENCE, expression="operation_indicator('D', 'U', 'I')"),
        rule(ADD_SEQUENCE, **{"object-locator": ONE_TABLE}),
        rule(ADD_BEFORE_IMAGES, **{"before-image-def": {"column-prefix": "b_", "column-filter": "all"}}),
        rule(ADD_BEFORE_IMAGES, **{"rule-action": "rename", "rule-target": "table", "value": "x"}),
        rule(ADD_BEFORE_IMAGES, **{"rule-action": "remove-column"}),
        rule(ADD_BEFORE_IMAGES, **{"rule-type": "table-settings", "rule-action": None}),
    ],
)
def test_a_mapping_rule_that_would_make_other_files_is_refused_by_name(refused: dict[str, Any]) -> None:
    assert "'mine'" in refusal(TableMappings.parse, {"rules": [SELECT_ALL, refused]})
