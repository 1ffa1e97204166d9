"""Rows of a query as Athena gives them, with Python's types."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from dbt.adapters.athena.connections import AthenaResultSet

from tests.engines.parity import Row


class AthenaFailed(Exception):
    """A query ended FAILED; the message is Athena's reason."""


def query(athena: Any, sql: str) -> Iterator[Row]:
    """Runs a query through boto3's Athena client. Or AthenaFailed."""
    started = athena.start_query_execution(QueryString=sql)["QueryExecutionId"]
    status = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"]
    if status["State"] != "SUCCEEDED":
        raise AthenaFailed(status.get("StateChangeReason", status["State"]))
    rows = AthenaResultSet(athena, started, is_plain_text=False)
    columns = [(str(column[0]), column[1]) for column in rows.column_info]
    for row in rows:
        # the adapter leaves decimals as text
        yield {
            name: Decimal(str(value)) if kind == "decimal" and value is not None else value
            for (name, kind), value in zip(columns, row, strict=True)
        }
