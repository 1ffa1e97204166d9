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

import psycopg2

from ingestion.demo.postgres_server import PostgresServer
from tests.histories.duckdb_target import DuckdbTarget
from tests.histories.player import Player
from tests.histories.postgres_source import PROJECT, SERVER_SETTINGS, PostgresSource
from tests.histories.steps import Step
from tests.histories.workers import Workers


class Stage:
    """PostgreSQL and a warehouse; a context manager that starts and stops the server.

    `target` makes the warehouse of a home; dbt's own target follows LANDFALL_TARGET (profiles.yml).
    """

    def __init__(
        self,
        scratch: Path,
        project: Path = PROJECT,
        server: PostgresServer | None = None,
        target: Callable[[Path], DuckdbTarget] = DuckdbTarget,
    ) -> None:
        self.scratch = scratch
        self._target = target
        self._project = project
        self._given = server
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self.workers = self._stack.enter_context(Workers(self._project, self.scratch / "zygote"))
        self.server = self._given or self._stack.enter_context(
            PostgresServer(self.scratch / "server", SERVER_SETTINGS)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @contextmanager
    def player(self) -> Iterator[tuple[Player, PostgresSource, DuckdbTarget]]:
        """A player on an empty database and an empty home, removed afterwards."""
        number = next(self._numbers)
        name = f"history_{self.scratch.name.replace('-', '_')}_{number}"
        home = self.scratch / f"home-{number}"
        (home / "lake" / "bronze").mkdir(parents=True)
        self._admin(f'create database "{name}"')
        source = PostgresSource(self.server.dsn(name))
        try:
            target = self._target(home)
            player = Player(source, target, self.workers, home)
            try:
                yield player, source, target
            finally:
                player.abandon()
        finally:
            source.close()
            self._admin(
                f"select pg_terminate_backend(active_pid) from pg_replication_slots "
                f"where database = '{name}' and active"
            )
            self._admin(
                "select pg_drop_replication_slot(slot_name) from pg_replication_slots "
                f"where database = '{name}'"
            )
            self._admin(f'drop database "{name}" with (force)')
            shutil.rmtree(home, ignore_errors=True)

    def play(self, steps: Iterable[Step]) -> Counter[str]:
        """One history; AssertionError says what went wrong. The figures are what happened."""
        with self.player() as (player, _, _):
            player.play(steps)
            return player.figures

    def _admin(self, sql: str) -> None:
        connection = psycopg2.connect(self.server.dsn())
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
        finally:
            connection.close()
