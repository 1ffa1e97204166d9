"""What of a statement reaches Trino, and what Athena's grammar refuses."""

from __future__ import annotations

import pytest

from tests.engines.athena.statements import (
    CreateTableAs,
    HiveStatement,
    Refused,
    column_definitions,
    literal_pairs,
    parse,
    renamed_to,
)

HEADER = '-- /* {"app": "dbt"} */\n'


def test_a_ctas_keeps_what_trino_knows_of_it() -> None:
    created = parse(
        HEADER
        + 'create table "awsdatacatalog"."gold"."t" with (\n table_type=\'iceberg\', is_external=false,'
        "location='s3://lake/(odd), place', partitioning=ARRAY['month(a)', 'b'],\n format='parquet',"
        " write_compression='snappy') as\n select ')' as a, 1 as b;"
    )
    assert isinstance(created, CreateTableAs) and created.is_iceberg
    assert created.for_trino() == (
        'create table iceberg."gold"."t" with (location = \'s3://lake/(odd), place\', '
        "partitioning = ARRAY['month(a)', 'b'], format = 'PARQUET') as select ')' as a, 1 as b"
    )


def test_queries_and_merges_pass_as_they_are() -> None:
    for sql in ("select 1", "with a as (select 1) select * from a", "merge into t using s on true"):
        assert parse(HEADER + sql + ";\n") == sql


def test_definitions_are_taken_in_hives_grammar() -> None:
    renamed = parse("alter table `gold`.`t__ha` rename to `gold`.`t`")
    assert isinstance(renamed, HiveStatement)
    assert (renamed.kind, renamed.table, renamed_to(renamed.rest)) == ("rename table", "t__ha", ("gold", "t"))
    made = parse("create schema if not exists `gold`")
    assert isinstance(made, HiveStatement) and (made.kind, made.schema) == ("create schema", "gold")
    columns, rest = column_definitions("(`a` decimal(10,2), `b` string comment 'x, y') location 's3://b/'")
    assert columns == [("a", "decimal(10,2)"), ("b", "string")]
    assert rest.strip() == "location 's3://b/'"
    assert literal_pairs("('a' = 'b', 'c'='d')") == {"a": "b", "c": "d"}


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("alter table \"gold\".\"t\" set tblproperties ('a' = 'b')", "ParseException"),
        ("create table gold.t (a int)", "SYNTAX_ERROR"),
        (
            "create table gold.t with (table_type = 'iceberg', location = 's3://b/') as select 1 as a",
            "External Iceberg",
        ),
        ("truncate table gold.t", "ParseException"),
        ("select '" + "x" * 262_144 + "'", "maximum query length"),
    ],
)
def test_what_athena_does_not_take_is_refused(sql: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        parse(sql)
