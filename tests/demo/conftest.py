"""One PostgreSQL server for all tests of this folder; its database emptied for each."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from ingestion.demo.postgres_server import PostgresServer
from tests.conftest import shared_data


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with PostgresServer(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


@pytest.fixture
def dsn(server: PostgresServer) -> str:
    # A tenth of the time that a database of its own would take.
    with closing(psycopg2.connect(server.dsn())) as admin, admin, admin.cursor() as cursor:
        cursor.execute("drop schema public cascade; create schema public")
    return server.dsn()


@pytest.fixture
def conn(dsn: str) -> Iterator[psycopg2.extensions.connection]:
    with closing(psycopg2.connect(dsn)) as connection:
        yield connection


@pytest.fixture
def published() -> Path:
    """The published sample, where a checkout has one beside it."""
    directory = shared_data("olist")
    if directory is None:
        # the data's licence keeps it out of this repository; small files made here test the same code
        pytest.skip("no sample of the published data set here; name it in LANDFALL_SHARED_DATA")
    return directory
