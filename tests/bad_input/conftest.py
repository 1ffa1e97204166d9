"""A small shop that has landed in bronze, and the command line on it, whatever happens to them."""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from ingestion.demo.postgres_server import PostgresServer
from tests.histories.workers import Run, Workers

PROJECT = Path(__file__).with_name("project")
# in every connection string, and nowhere else
SECRET = "hunter2-%40"

_numbers = itertools.count(1)


class Shop:
    """A database of two tables, a home, and `landfall` on both."""

    def __init__(self, server: PostgresServer, workers: Workers, folder: Path) -> None:
        self.server = server
        self.home = folder / "home"
        self.lake = self.home / "lake"
        self.project = PROJECT
        self._workers = workers
        self._name = f"shop_{next(_numbers)}"
        self._on("postgres", f"create database {self._name}")
        self.execute(
            "create table customers (id int primary key, city text)",
            "create table orders (id int primary key, note text)",
            "insert into customers select n, 'city ' || n from generate_series(1, 20) as n",
            "insert into orders select n, repeat('note ', 20) from generate_series(1, 50) as n",
        )

    @property
    def dsn(self) -> str:
        return f"{self.server.dsn(self._name)} password={SECRET}"

    def execute(self, *statements: str) -> list[tuple[Any, ...]]:
        """Each statement in a transaction of its own; the rows of the last."""
        return self._on(self._name, *statements)

    def change(self) -> None:
        """Changes of every kind, that the next run has to bring."""
        self.execute(
            "update customers set city = city || '!' where id % 3 = 0",
            "delete from customers where id = (select min(id) from customers)",
            "insert into customers select max(id) + 1, 'new' from customers",
            "update orders set id = id + 1000000 where id = (select min(id) from orders)",
        )

    def start(self, *arguments: str, how: dict[str, Any] | None = None, **changed: str) -> Run:
        """Starts a command; `changed` stands for variables of its environment, `how` for options of
        Workers.landfall."""
        return self._workers.landfall(*arguments, environment=self._environment(**changed), **(how or {}))

    def landfall(self, *arguments: str, **changed: str) -> tuple[int, str]:
        """A command's exit code and what it said."""
        return self.end(self.start(*arguments, **changed))

    def end(self, run: Run, seconds: float = 60) -> tuple[int, str]:
        """Waits for a command."""
        if not self._workers.wait(run, seconds):
            self._workers.kill(run)
            pytest.fail(f"it goes on after {seconds} s: {run.words}")
        assert run.code is not None
        assert SECRET not in run.words and "hunter2" not in run.words
        assert "Traceback" not in run.words
        return run.code, run.words

    def stop(self, run: Run) -> tuple[int, str]:
        """Ends a command as the terminal does."""
        os.kill(run.pid, signal.SIGINT)
        return self.end(run)

    def replicate(self, *arguments: str, **changed: str) -> str:
        """A good run."""
        code, words = self.landfall("replicate", "--source", "shop", *arguments, **changed)
        assert code == 0, words
        return words

    def refused(self, *arguments: str, how: dict[str, Any] | None = None, **changed: str) -> str:
        """The one line with which `landfall replicate` ends; what had landed is as it was."""
        before = self.landed()
        run = self.start("replicate", "--source", "shop", *arguments, how=how, **changed)
        line = one_line(*self.end(run))
        assert self.landed() == before
        return line

    def landed(self) -> dict[str, bytes]:
        """Every bronze file and the checkpoint, to the byte."""
        return self.bronze() | {str(path): path.read_bytes() for path in self.home.glob("state/*.json")}

    def bronze(self) -> dict[str, bytes]:
        """Every bronze file, to the byte."""
        files = self.lake.glob("bronze/**/*")
        return {str(path): path.read_bytes() for path in files if path.is_file()}

    def is_right(self, *arguments: str) -> None:
        """A good run, a build, and silver is what the source is."""
        self.replicate(*arguments)
        build = self._workers.dbt("run", environment=self._environment())
        assert self.end(build)[0] == 0, build.words
        code, words = self.landfall("reconcile", "--source", "shop")
        assert code == 0, words

    def slots(self) -> list[tuple[Any, ...]]:
        """What replicas have left at the source."""
        return self.execute(
            "select slot_name from pg_replication_slots where database = current_database() "
            "union all select pubname from pg_publication order by 1"
        )

    def _environment(self, **changed: str) -> dict[str, str]:
        return {
            "LANDFALL_HOME": str(self.home),
            "LANDFALL_LAKE": str(self.lake),
            "LANDFALL_SHOP_DSN": self.dsn,
            "DBT_PROJECT_DIR": str(self.project),
            **changed,
        }

    def _on(self, name: str, *statements: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.server.dsn(name))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


def one_line(code: int, words: str) -> str:
    """Checks that a command was refused as it should be, and returns its line."""
    assert code == 2, words
    lines = [line for line in words.splitlines() if line.strip()]
    assert len(lines) == 1, words
    assert lines[0].startswith("landfall: "), words
    return lines[0]


def until(condition: Callable[[], object], what: str, seconds: float = 30, pause: float = 0.02) -> None:
    """Waits for something that happens in another process."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(pause)


@pytest.fixture(scope="package")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """Processes that have imported the command line and dbt already."""
    with Workers(PROJECT, tmp_path_factory.mktemp("bad_input") / "zygote") as opened:
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server that a module may do anything to."""
    with PostgresServer(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def landed(server: PostgresServer, workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop with a full load and changes in bronze, for tests that are to leave it so."""
    shop = Shop(server, workers, tmp_path_factory.mktemp("shop"))
    shop.replicate()
    shop.change()
    shop.replicate()
    return shop


@pytest.fixture
def shop(server: PostgresServer, workers: Workers, tmp_path: Path) -> Shop:
    """A shop of the test's own, nothing replicated yet."""
    return Shop(server, workers, tmp_path)
