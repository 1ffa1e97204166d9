"""What a source engine and a target engine must offer to live through histories."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Protocol

from ingestion.reconcile.compare import TableResult
from tests.histories.steps import Ddl, Statement, Table

KEYED: Mapping[str, tuple[str, ...]] = {"things": ("id",), "lines": ("order_no", "line_no")}

Values = tuple[str | None, ...]


@dataclass(frozen=True)
class State:
    """A key's state from a moment on, values as text; `values` is none where the key is gone.

    `kind` tells where a state of silver comes from: the log's own I, U or D, a load's row (L), or a
    load that lacked the key (gone). At the source it is `truncate` for what the log never holds.
    """

    at: datetime
    values: Values | None
    kind: str = ""


History = dict[Values, list[State]]


class FailedStatement(Exception):
    """The engine refused a statement (a taken key, a lock): its transaction is rolled back."""


class SourceEngine(Protocol):
    """A live database with the tables of histories and a true record of their committed states."""

    dsn: str
    # how exactly its log knows when a transaction committed
    resolution: timedelta
    # by table: places of columns whose values the log may leave to be looked up
    looked_up: ClassVar[Mapping[str, frozenset[int]]]

    def execute(self, session: int, statement: Statement) -> None:
        """In the session's transaction; FailedStatement rolls it back."""

    def end(self, session: int, *, commit: bool) -> None:
        """Ends the session's transaction, if there is one."""

    def truncate(self, table: Table) -> bool:
        """True if it could be done."""

    def alter(self, change: Ddl) -> bool:
        """True if it could be done."""

    def anchor(self, table: str) -> None:
        """Makes sure that the table has a row."""

    def clock(self) -> datetime:
        """The source's time, UTC without zone."""

    def truth(self, table: str) -> History:
        """Each key's committed states, last one of each transaction, oldest first."""

    def close(self) -> None:
        """Ends every session."""


class SourceServer(Protocol):
    """Where the sources of histories live, and the dbt project that reads them."""

    project: Path

    def start(self) -> None:
        """Starts what is needed."""

    def stop(self) -> None:
        """Stops it."""

    def source(self, name: str) -> AbstractContextManager[SourceEngine]:
        """A clean source, removed afterwards."""


class TargetEngine(Protocol):
    """A warehouse that dbt builds."""

    def environment(self) -> dict[str, str]:
        """What dbt needs to find it."""

    def reconcile(self, source: SourceEngine) -> list[TableResult]:
        """Silver beside the source."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """A query's rows."""

    def history(self, table: str) -> History:
        """The hist_ model's states. AssertionError where its intervals have gaps or overlaps."""

    def load_starts(self, table: str) -> list[datetime]:
        """The full loads that were noticed."""
