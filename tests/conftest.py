"""Fixtures of all tests: one PostgreSQL server a session, a fresh database and home a test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import connection
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from ingestion.demo.mariadb_server import MariadbServer
from ingestion.demo.postgres_server import PostgresServer
from ingestion.demo.samples import SAMPLES
from ingestion.home import REPOSITORY, Home
from ingestion.mysql.connection import connect, rows
from tests.guarantees.matrix import load as load_matrix
from tests.mysql import Mysql


def shared_data(name: str) -> Path | None:
    """A folder of real data beside the checkout, if it is there."""
    root = Path(os.environ.get("LANDFALL_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    return root / name if (root / name).is_dir() else None


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A running server; each test makes its own database on it."""
    with PostgresServer(tmp_path_factory.mktemp("postgres") / "data") as server:
        yield server


@contextmanager
def new_database(postgres: PostgresServer) -> Iterator[str]:
    """Connection string of an empty database, dropped with its slots in the end."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with _admin(postgres) as admin:
        admin.execute(f"create database {name}")
    yield postgres.dsn(name)
    with _admin(postgres) as admin:
        admin.execute(
            "select pg_terminate_backend(active_pid) from pg_replication_slots "
            "where database = %s and active",
            (name,),
        )
        admin.execute("select slot_name from pg_replication_slots where database = %s", (name,))
        for (slot,) in admin.fetchall():
            admin.execute("select pg_drop_replication_slot(%s)", (slot,))
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def dsn(postgres: PostgresServer) -> Iterator[str]:
    """Connection string of an empty database of the test's own."""
    with new_database(postgres) as made:
        yield made


@pytest.fixture
def database(dsn: str) -> Iterator[connection]:
    """A connection to the test's database, in autocommit mode."""
    opened = psycopg2.connect(dsn)
    opened.autocommit = True
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariadbServer]:
    """A running server; each test makes its own database on it."""
    with MariadbServer(tmp_path_factory.mktemp("mariadb") / "data") as server:
        yield server


@contextmanager
def mysql_samples(mariadb: MariadbServer) -> Iterator[dict[str, str]]:
    """Connection strings of the sample shops on MariaDB, whose databases are dropped in the end."""
    dsns = {name: mariadb.dsn(name) for name, sample in SAMPLES.items() if sample.engine == "mysql"}
    yield dsns
    with closing(connect(mariadb.dsn())) as admin:
        for name in dsns:
            rows(admin, f"drop database if exists {name}")


@pytest.fixture
def mysql(mariadb: MariadbServer, home: Home) -> Iterator[Mysql]:
    """A database of the test's own on MariaDB, dropped when the test is over."""
    made = Mysql(mariadb, home)
    yield made
    made.execute(f"drop database {made.name}")
    made.connection.close()


@pytest.fixture(scope="session")
def home_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every test's home lies: in one place, so that dbt parses the project once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def home(home_dir: Path) -> Home:
    """A home for one test."""
    return empty_home(home_dir)


def empty_home(home_dir: Path) -> Home:
    """Makes the home empty, but for what dbt keeps of its last parsing."""
    for path in home_dir.iterdir():
        if path.name == "dbt":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return Home(home_dir, lake=str(home_dir / "lake"))


_OF_THE_DEMO = ("tests/e2e/test_docs_page.py", "tests/e2e/test_walking_path.py")


class FilesTogether(LoadFileScheduling):
    """A file stays in one process, as its tests share servers and homes; so do files that share what takes
    a minute to make: the demo's home, and silver's lake."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        if file.startswith("tests/silver/"):
            return "tests/silver"
        return "tests/e2e/demo" if file in _OF_THE_DEMO else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesTogether:
    return FilesTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/engines/test_parity.py"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that the matrix of guarantees names must run: skipped, it shows nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # a worker of pytest-xdist
        return
    idle = {report.nodeid for kind in ("skipped", "xfailed") for report in reporter.stats.get(kind, [])}
    for test in sorted(load_matrix().tests()):
        if any(node == test or node.startswith(f"{test}[") for node in idle):
            reporter.write_line(f"the matrix of guarantees names a test that did not run: {test}", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


class _admin:
    """A cursor on the server's own database."""

    def __init__(self, server: PostgresServer) -> None:
        self._connection = psycopg2.connect(server.dsn())
        self._connection.autocommit = True

    def __enter__(self):
        return self._connection.cursor()

    def __exit__(self, *error: object) -> None:
        self._connection.close()
