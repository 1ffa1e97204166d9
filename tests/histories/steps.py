"""A history is data: what happens at the source, to the replica and to dbt, in that order.

Nothing here knows an engine. Keys and values are numbers; each source engine has its own edge values
and takes them modulo how many it has, so one history means the same on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Table = Literal["things", "lines", "events"]

# Keys come from 0 … KEYS-1, so that changes of one key meet. TEMPORARY is the way round in a swap.
KEYS = 6
TEMPORARY = 99


@dataclass(frozen=True)
class Insert:
    """A new row; nothing if its key is there."""

    table: Table
    key: int
    value: int


@dataclass(frozen=True)
class Update:
    """One column of one row, or of every row (`key` none); the other columns stay, large ones too."""

    table: Table
    key: int | None
    column: int
    value: int


@dataclass(frozen=True)
class Delete:
    """One row, or every row (`key` none)."""

    table: Table
    key: int | None


@dataclass(frozen=True)
class Rekey:
    """A row gets another key; fails, as a whole transaction, if that is taken."""

    table: Table
    key: int
    new: int


@dataclass(frozen=True)
class Swap:
    """Two rows exchange their keys by way of a temporary one."""

    table: Table
    one: int
    other: int


Statement = Insert | Update | Delete | Rekey | Swap


@dataclass(frozen=True)
class Work:
    """Statements in a session's transaction, which then ends or (`end` none) stays open."""

    session: int
    statements: tuple[Statement, ...]
    end: Literal["commit", "rollback"] | None = "commit"


@dataclass(frozen=True)
class Truncate:
    """Not captured by DMS from PostgreSQL: silver is wrong until the table is loaded again."""

    table: Table


@dataclass(frozen=True)
class Ddl:
    """A change of layout that leaves the declared columns usable."""

    kind: Literal["add", "drop", "widen"]
    table: Table


@dataclass(frozen=True)
class Replicate:
    """The replica runs until it has caught up. `meanwhile`: the history goes on while it does."""

    meanwhile: bool = False
    file_kb: int = 32000


@dataclass(frozen=True)
class KillReplica:
    """The replica runs and is killed at its n-th instant towards disk (or ends before)."""

    instant: int
    reload: bool = False
    file_kb: int = 32000


@dataclass(frozen=True)
class Reload:
    """Every table is loaded again; `anchored`: an empty one gets a row first, for it would leave no
    file, as with DMS, and silver would not learn of the load."""

    prepare: Literal["DO_NOTHING", "DROP_AND_CREATE"] = "DO_NOTHING"
    meanwhile: bool = False
    anchored: bool = True


@dataclass(frozen=True)
class Build:
    """dbt build, alone or while the history goes on."""

    meanwhile: bool = False


@dataclass(frozen=True)
class KillBuild:
    """dbt build, killed after so many milliseconds (or it ends before)."""

    after_ms: int


@dataclass(frozen=True)
class FullRefresh:
    """Silver again from bronze alone."""


@dataclass(frozen=True)
class Check:
    """All must be equal now; also the end of every history."""


Step = Work | Truncate | Ddl | Replicate | KillReplica | Reload | Build | KillBuild | FullRefresh | Check
History = tuple[Step, ...]
