"""What the stand-in takes, changes and refuses. No server: the text that PostgreSQL would get."""

from __future__ import annotations

import pytest

from tests.engines.redshift.rewrite import translate

UPDATE = "when matched then update set b = 1"
INSERT = "when not matched then insert values (1)"
SKIPPED = "select 1 from u where not exists (select 1 from v where v.a = t.a)"
IN_OUTER_JOIN = "t.a = u.a and u.b = (select max(v.b) from v where v.a = u.a)"


@pytest.mark.parametrize(
    ("redshift", "postgres"),
    [
        ('select "Op" from "Dev"."T"', 'select "op" from "dev"."t"'),
        ("select 'Sysdate \"X\"' -- \"Y\"", "select 'Sysdate \"X\"' -- \"Y\""),
        ("select sysdate", "select (now() at time zone 'utc')"),
        ("select cast(a as numeric), b::decimal", "select cast(a as numeric(18,0)), b::decimal(18,0)"),
        ("select cast(a as numeric(10,2))", "select cast(a as numeric(10,2))"),
        ("select cast(a as varchar(max))", "select cast(a as varchar(65535))"),
        # in an expression varchar takes the length that it needs
        ("select cast(a as varchar)", "select cast(a as varchar)"),
        ("create table t (a varchar, b text)", "create table t (a varchar(256), b varchar(256))"),
        ("create table t (a varchar(3))", "create table t (a varchar(3))"),
        ("select dateadd(day, 1, a)", "select dateadd('day', 1, a)"),
        ("select datediff('day', a, b)", "select datediff('day', a, b)"),
        ("create table t (a varbyte(99))", "create table t (a bytea)"),
    ],
)  # fmt: skip
def test_words_that_mean_something_else_are_rewritten(redshift: str, postgres: str) -> None:
    assert translate(redshift) == postgres


def test_storage_leaves_the_ddl_and_stays_readable() -> None:
    statement = (
        "create temporary table t backup no diststyle key distkey (A) compound sortkey(A,b) as (select 1)"
    )
    ddl, _, comment = translate(statement).partition("\n")
    assert ddl.split() == ["create", "temporary", "table", "t", "as", "(select", "1)"]
    assert comment == '/* redshift: {"diststyle": "key", "distkey": "a", "sortkeys": ["a", "b"]} */'


def test_a_late_binding_view_keeps_its_query_as_text() -> None:
    statement = 'create view "dev"."s"."v" as (\n select \'it\'\'s\' as a\n) with no schema binding;'
    assert translate(statement) == (
        'select redshift_standin.create_late_binding_view(\'"dev"."s"."v"\', '
        "'\n select ''it''''s'' as a\n')"
    )


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("select distinct on (a) a from t", "not supported by Amazon Redshift: DISTINCT ON"),
        ("select sum(a) filter (where b) from t", "FILTER"),
        ("select array[1, 2]", "arrays"),
        ("select array_agg(a) from t", "function array_agg()"),
        ("select a from generate_series(1, 3) as s (a)", "function generate_series()"),
        ("select jsonb_build_object('a', 1)", "function jsonb_build_object()"),
        ("select string_agg(a, ',') from t", "function string_agg()"),
        ("select now() from t", "function now()"),
        ("select current_timestamp from t", "CURRENT_TIMESTAMP"),
        ("select * from t, lateral (select t.a) as u", "LATERAL"),
        ("insert into t values (1) on conflict do nothing", "ON CONFLICT"),
        ("insert into t values (1) returning a", "RETURNING"),
        ("select a::jsonb from t", "type jsonb"),
        ("select cast(a as uuid) from t", "type uuid"),
        ("create index i on t (a)", "CREATE INDEX"),
        ("create type mood as enum ('sad')", "CREATE TYPE"),
        ("select a as tag from t", "reserved word tag"),
        ("select sum(a) over (partition by b order by c) from t", "require a frame clause"),
        ("select first_value(a) over (order by c) from t", "require a frame clause"),
        (f"merge into t using (select 1 as a) as s on t.a = s.a {UPDATE} {INSERT}", "source is not a table"),
        (f"merge into t using s on t.a = s.a {UPDATE}", "exactly one WHEN MATCHED"),
        (f"merge into t using s on t.a = s.a when matched and s.b = 1 then delete {INSERT}", "unconditional"),
        (f"merge into t as x using s on x.a = s.a {UPDATE} {INSERT}", "alias of the target"),
        # correlation under OR, with LIMIT, by inequality, and past the block right outside
        ("select * from t where t.a = 1 or exists (select 1 from u where u.a = t.a)", "correlated subquery"),
        ("select * from t where t.b = (select u.b from u where u.a = t.a limit 1)", "correlated subquery"),
        ("select * from t where exists (select 1 from u where u.a > t.a)", "correlated subquery"),
        (f"select * from t where not exists ({SKIPPED})", "correlated subquery"),
        (f"select * from t left join u on {IN_OUTER_JOIN}", "correlated subquery"),
    ],
)  # fmt: skip
def test_what_redshift_refuses_is_refused(statement: str, words: str) -> None:
    refused = translate(statement)
    assert refused.startswith("select redshift_standin.refuse('")
    assert words in refused


@pytest.mark.parametrize(
    "statement",
    [
        "select sum(a) over (partition by b) from t",
        "select row_number() over (partition by b order by c), lag(a) over (order by c) from t",
        "select max(a) over (order by c rows unbounded preceding) from t",
        "select * from t where not exists (select 1 from u where u.a = t.a and u.b = t.b)",
        "select * from t where t.b = (select max(u.b) from u where u.a = t.a)",
        "select * from t where t.a in (select u.a from u)",
        "select 'array[1] on conflict jsonb_agg(1)' as text_of_it -- lateral",
        f"merge into t using s as n on n.a = t.a {UPDATE} {INSERT}",
        # the leader node is a PostgreSQL, and catalog queries run there
        "select array_to_string(relacl, ',') from pg_class",
    ],
)  # fmt: skip
def test_what_redshift_takes_is_left_alone(statement: str) -> None:
    assert translate(statement) == statement
