"""A source database as it is now, whatever its engine: tables, types, and how to read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import duckdb


@dataclass(frozen=True)
class TypeRule:
    """How values of a type become bronze: `bronze` is DuckDB's name of the type in the file, `log`
    DuckDB's expression over the text form that the log has. To DMS the type may be a LOB, which it cuts.

    Each engine adds the ways in which its full load gets there; all ways agree to the last digit.
    """

    bronze: str
    log: str = "{0}"
    is_lob: bool = False


@dataclass(frozen=True)
class LiveColumn:
    """A column; `type` is what the database calls it."""

    name: str
    type: str
    rule: TypeRule


@dataclass(frozen=True)
class LiveTable:
    """A table; `sql` is its quoted name at the source."""

    schema: str
    name: str
    columns: tuple[LiveColumn, ...]
    primary_key: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class Rows:
    """A table's rows as a relation of DuckDB, and the bronze value of a column in it."""

    relation: str
    value: Callable[[LiveColumn], str]


class Catalog(Protocol):
    """A connection for questions to a source."""

    def tables(self, schema: str, names: Sequence[str]) -> dict[str, LiveTable]:
        """The named tables of a schema. LandfallError names the first that is not there."""


class Reader(Protocol):
    """Reads whole tables. `connection` is where the rows can be queried, once."""

    connection: duckdb.DuckDBPyConnection

    def rows(
        self, table: LiveTable, columns: Sequence[LiveColumn] | None = None
    ) -> AbstractContextManager[Rows]:
        """A table's rows, of some columns or of all, for as long as the block lasts."""


class Engine(Protocol):
    """A kind of database. What goes wrong inside its blocks is told in its server's words."""

    label: str
    dsn_example: str
    password_hint: str
    not_carried: frozenset[str]

    def catalog(self, dsn: str) -> AbstractContextManager[Catalog]:
        """A connection for questions."""

    def reader(self, dsn: str) -> AbstractContextManager[Reader]:
        """For full loads and comparisons."""
