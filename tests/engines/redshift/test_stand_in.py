"""The stand-in through Redshift's own driver: what it says and keeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import redshift_connector
from redshift_connector.error import ProgrammingError

from tests.engines.redshift.stand_in import DATABASE, StandIn


class Session:
    """A connection in autocommit mode."""

    def __init__(self, port: int) -> None:
        self._connection = redshift_connector.connect(
            host="127.0.0.1", port=port, user="postgres", password="-", database=DATABASE, ssl=False
        )
        self._connection.autocommit = True

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    def refusal(self, sql: str) -> str:
        with pytest.raises(ProgrammingError) as raised:
            self.rows(sql)
        return str(raised.value.args[0]["M"])

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def session(redshift: StandIn) -> Iterator[Session]:
    opened = Session(redshift.port)
    opened.rows("create schema s")
    yield opened
    opened.rows("drop schema s cascade")
    opened.close()


def test_a_refusal_reaches_the_client_and_the_session_goes_on(session: Session) -> None:
    assert session.refusal("select distinct on (1) 1") == "not supported by Amazon Redshift: DISTINCT ON"
    assert session.rows("select 1") == [(1,)]


def test_keys_are_not_enforced(session: Session) -> None:
    session.rows("create table s.t (a integer primary key, b integer unique)")
    session.rows("insert into s.t values (1, 1), (1, 1)")
    assert session.rows("select a, b from s.t") == [(1, 1), (1, 1)]


def test_text_without_a_length_has_256_characters_in_a_table(session: Session) -> None:
    session.rows("create table s.t (a varchar)")
    assert session.refusal("insert into s.t select repeat('x', 257)") == (
        "value too long for type character varying(256)"
    )
    assert session.rows("select len(cast(repeat('x', 257) as varchar))") == [(257,)]


def test_distribution_and_sort_keys_can_be_read(session: Session) -> None:
    session.rows(
        "create table s.t diststyle key distkey (b) compound sortkey (c, b) as (select 1 as b, 2 as c)"
    )
    session.rows("alter table s.t rename to u")
    assert session.rows(
        "select \"column\", distkey, sortkey from pg_table_def where schemaname = 's' order by 1"
    ) == [("b", True, 2), ("c", False, 1)]
    info = "select \"table\", diststyle, sortkey1, sortkey_num from svv_table_info where schema = 's'"
    assert session.rows(info) == [("u", "KEY(b)", "c", 2)]
    assert "distkey/sortkey is not in the table" in session.refusal(
        "create table s.v (a integer) distkey (elsewhere)"
    )


def test_cascade_takes_bound_views_and_leaves_late_binding_ones(session: Session) -> None:
    session.rows("create table s.t as (select 1 as a)")
    session.rows("create view s.bound as (select a from s.t)")
    session.rows("create view s.late as (select a from s.t) with no schema binding")
    session.rows("drop table s.t cascade")
    assert "does not exist" in session.refusal("select * from s.bound")
    session.rows("create table s.t as (select 2 as a)")
    assert session.rows("select * from s.late") == [(2,)]


def test_functions_do_what_those_of_redshift_do(session: Session) -> None:
    (row,) = session.rows(
        "select dateadd(month, 1, cast('2024-01-31' as date)), "
        "datediff(day, '2024-01-01 23:59', '2024-01-02 00:01'), "
        "datediff(hour, '2024-01-01 00:59', '2024-01-01 02:01'), regexp_replace('a/b/c', '/', '-'), "
        "avg(x.a), getdate() = date_trunc('second', getdate()) from (select 1 as a union all select 2) as x"
    )
    assert row == (datetime(2024, 2, 29), 1, 2, "a-b-c", 1, True)
    assert session.refusal("select split_part('a/b', '/', -1)") == "field position must be greater than zero"
