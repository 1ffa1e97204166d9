"""Servers for many histories, and a clean source, lake and warehouse for each."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.histories.duckdb_target import DuckdbTarget
from tests.histories.engines import SourceEngine, SourceServer
from tests.histories.mariadb_source import MariadbHistories
from tests.histories.player import Player
from tests.histories.postgres_source import PostgresHistories
from tests.histories.steps import Step
from tests.histories.workers import Workers

SOURCES: dict[str, Callable[[Path], SourceServer]] = {
    "postgres": PostgresHistories,
    "mariadb": MariadbHistories,
}


class Stage:
    """Sources of one kind and a warehouse; a context manager that starts and stops their server.

    `target` makes the warehouse of a home and a project; dbt's own target follows LANDFALL_TARGET
    (profiles.yml).
    """

    def __init__(
        self,
        scratch: Path,
        sources: SourceServer,
        target: Callable[[Path, Path], DuckdbTarget] = DuckdbTarget,
    ) -> None:
        self.scratch = scratch
        self.sources = sources
        self._target = target
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self.workers = self._stack.enter_context(Workers(self.sources.project, self.scratch / "zygote"))
        self.sources.start()
        self._stack.callback(self.sources.stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @contextmanager
    def player(self) -> Iterator[tuple[Player, SourceEngine, DuckdbTarget]]:
        """A player on an empty database and an empty home, removed afterwards."""
        number = next(self._numbers)
        home = self.scratch / f"home-{number}"
        (home / "lake" / "bronze").mkdir(parents=True)
        with self.sources.source(f"history_{self.scratch.name.replace('-', '_')}_{number}") as source:
            target = self._target(home, self.sources.project)
            player = Player(source, target, self.workers, home)
            try:
                yield player, source, target
            finally:
                player.abandon()
        shutil.rmtree(home, ignore_errors=True)

    def play(self, steps: Iterable[Step]) -> Counter[str]:
        """One history; AssertionError says what went wrong. The figures are what happened."""
        with self.player() as (player, _, _):
            player.play(steps)
            return player.figures
