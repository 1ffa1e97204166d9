"""The three warehouses over one lake: how each is shown bronze, is built, and gives its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

import boto3
import duckdb
import psycopg2
import psycopg2.extras

from ingestion.bronze.lake import S3Lake
from ingestion.bronze.settings import S3Settings, TableMappings
from ingestion.catalog.sync import sync_catalog
from ingestion.dms.mappings import default_settings, table_mappings
from ingestion.registry import load_registry
from tests.engines.athena.rows import query
from tests.engines.athena.stand_in import AthenaStandIn
from tests.engines.dbt_runs import DbtRuns, Done
from tests.engines.parity import Row
from tests.engines.redshift.bronze import mount_bronze
from tests.engines.redshift.stand_in import StandIn


class Target(Protocol):
    """A warehouse. `name` is dbt's target in profiles.yml; its home is the folder of that name."""

    name: str

    def show_bronze(self, lake: str, project: Path) -> None:
        """Lets it see what is in the lake now."""

    def environment(self) -> Mapping[str, str]:
        """What dbt needs to find it."""

    def rows(self, relation: str) -> Iterable[Row]:
        """A relation's rows."""


class DuckDB:
    """The measure: it reads the lake itself."""

    name = "duckdb_s3"

    def __init__(self, home: Path) -> None:
        self._home = home

    def show_bronze(self, lake: str, project: Path) -> None:
        pass

    def environment(self) -> Mapping[str, str]:
        return {}

    def rows(self, relation: str) -> Iterable[Row]:
        return self.read([relation])[relation]

    def read(self, relations: Iterable[str]) -> dict[str, list[Row]]:
        """The rows of each relation: to open the file takes longer than to read most."""
        found = {}
        with duckdb.connect(str(self._home / "warehouse.duckdb"), read_only=True) as warehouse:
            for relation in relations:
                rows = warehouse.execute(f"select * from {relation}")
                names = [column[0] for column in rows.description]
                found[relation] = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
        return found


class Athena:
    """dbt-athena and the stand-in."""

    name = "athena"

    def __init__(self, stand_in: AthenaStandIn) -> None:
        self.stand_in = stand_in
        self.client = boto3.client("athena")

    def show_bronze(self, lake: str, project: Path) -> None:
        show_catalog(lake, project)

    def environment(self) -> Mapping[str, str]:
        return {}

    def rows(self, relation: str) -> Iterator[Row]:
        return query(self.client, f"select * from {relation}")


def show_catalog(lake: str, project: Path) -> None:
    """`landfall catalog` for every source."""
    settings = S3Settings.parse(default_settings("s3_settings"))
    for source in load_registry(project).values():
        mappings = TableMappings.parse(table_mappings(source))
        sync_catalog(source, S3Lake(lake), settings, mappings)


class Redshift:
    """dbt-redshift and the stand-in."""

    name = "redshift"

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in

    def show_bronze(self, lake: str, project: Path) -> None:
        mount_bronze(self.stand_in, lake, project)

    def environment(self) -> Mapping[str, str]:
        return self.stand_in.environment()

    def rows(self, relation: str) -> Iterator[Row]:
        server = psycopg2.connect(self.stand_in.dsn)
        try:
            with server.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(f"select * from {relation}")
                yield from (dict(row) for row in cursor.fetchall())
        finally:
            server.close()


class Builds:
    """Builds of a project on targets, side by side."""

    def __init__(self, runs: DbtRuns, project: Path, profiles: Path, homes: Path, lake: str) -> None:
        self.homes = homes
        self.runs = runs
        self._project = project
        self._profiles = profiles
        self._lake = lake

    def show_bronze(self, targets: Iterable[Target]) -> None:
        """Lets targets see what is in the lake now."""
        for target in targets:
            target.show_bronze(self._lake, self._project)

    def start(self, target: Target, *arguments: str) -> Future[Done]:
        """Starts a command on a target."""
        environment = {"LANDFALL_LAKE": self._lake, **target.environment()}
        return self.runs.start(
            *arguments,
            project=self._project,
            profiles=self._profiles,
            target=target.name,
            home=self.homes / target.name,
            environment=environment,
        )

    def run(self, commands: Mapping[Target, Iterable[str]]) -> dict[Target, Done]:
        """A command on each target; every node must succeed."""
        started = {target: self.start(target, *command) for target, command in commands.items()}
        ended = {target: future.result() for target, future in started.items()}
        for target, done in ended.items():
            assert done.succeeded, (target.name, done.messages)
        return ended
