"""What a task asks of its source; all else it does alike for every engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from ingestion.live import LiveTable, Reader
from ingestion.replica.change_files import ChangeFiles
from ingestion.replica.checkpoint import Checkpoint

Tables = Mapping[str, LiveTable]


class ChangeLog(Protocol):
    """The stream of changes, handed on to ChangeFiles; places in it are numbers that rise."""

    @property
    def read_until(self) -> int:
        """The place up to which everything has been received."""

    def read(self, seconds: float, until: int | None) -> bool:
        """Hands on what comes within `seconds`, and nothing after the transaction with which all before
        `until` has been handed on; False then, and once nothing is waiting."""

    def wait(self, seconds: float) -> None:
        """Until the server sends something, for `seconds` at most."""

    def confirm(self, lsn: int) -> None:
        """What the log holds before that place may go."""

    def behind(self, end: int) -> int:
        """Bytes of log between what was read and `end`."""

    def close(self) -> None:
        """Lets go of the log."""


class SourceSession(Protocol):
    """A source for one attempt of a task. On leaving its block, errors of its driver have become
    LandfallError, or SourceAway where the connection is lost."""

    @property
    def driver_errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises."""

    def tables(self, schema: str, names: Sequence[str]) -> dict[str, LiveTable]:
        """The named tables of a schema."""

    def check(self, tables: Tables, checkpoint: Checkpoint | None) -> None:
        """LandfallError unless the server, the user's rights and (with a checkpoint) the log allow the
        task. Changes nothing."""

    def begin(self, tables: Tables, timeout_seconds: int) -> tuple[Checkpoint, datetime]:
        """Has the log tell of the tables from now on. Returns where, and a start for the load: what
        commits later than the start is in the log, and what does not is seen by the load."""

    def forget_unseen(self, tables: Tables, schema: str, checkpoint: Checkpoint) -> None:
        """Drops from `checkpoint.loaded` the tables that may have changes which nobody was told of: they
        are loaded again."""

    def follow(self, tables: Tables, checkpoint: Checkpoint) -> None:
        """Has the log tell of these tables from now on."""

    def load_start(self, checkpoint: Checkpoint, timeout_seconds: int) -> datetime:
        """A start, as of `begin`, for the load of tables that were added."""

    def reader(self) -> AbstractContextManager[Reader]:
        """Reads the tables."""

    def log(self, tables: Tables, schema: str, checkpoint: Checkpoint, files: ChangeFiles) -> ChangeLog:
        """The changes since the checkpoint."""

    def end_of_log(self) -> int:
        """The place where the log ends now."""

    def drop(self, checkpoint: Checkpoint | None) -> None:
        """Removes what the task left at the source."""
