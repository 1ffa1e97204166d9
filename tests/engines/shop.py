"""The sample shops in live databases, their bronze in the stand-in's S3, and three warehouses over it."""

from __future__ import annotations

import re
import shutil
import urllib.parse
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg2
import pytest

from ingestion.bronze.lake import S3Lake
from ingestion.cli.dbt import PROJECT
from ingestion.cli.source import task
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.demo.olist.load import from_generator
from ingestion.demo.postgres_server import PostgresServer
from ingestion.demo.samples import SAMPLES
from ingestion.home import REPOSITORY, Home
from ingestion.registry import find_source
from tests.conftest import mysql_samples
from tests.e2e.conftest import Shop
from tests.engines.athena.stand_in import BUCKET, AthenaStandIn, athena_stand_in
from tests.engines.athena.trino_install import TrinoMissing, trino_home
from tests.engines.dbt_runs import DbtRuns, Done
from tests.engines.parity import CLOCKS, Difference, Row, compare
from tests.engines.redshift.stand_in import stand_in
from tests.engines.tables import built_tables
from tests.engines.targets import Athena, Builds, DuckDB, Redshift, Target

# A listing of S3 by DuckDB knows whole seconds only.
IGNORED = CLOCKS | {"modified_at"}
LAKE = f"s3://{BUCKET}/landfall"


class ThreeTargets:
    """The shops, and what was built of them. `shop` is the one on PostgreSQL, `others` are the connection
    strings of those on MariaDB; `measure` holds DuckDB's tables after the last build."""

    def __init__(
        self, shop: Shop, others: dict[str, str], builds: Builds, athena: Athena, redshift: Redshift
    ) -> None:
        self.shop = shop
        self.others = others
        self.builds = builds
        self.duckdb = DuckDB(builds.homes / DuckDB.name)
        self.athena = athena
        self.redshift = redshift
        self.measure: dict[str, list[Row]] = {}

    def build(self, commands: Mapping[Target, Iterable[str]]) -> dict[Target, Done]:
        """A command on each target, side by side."""
        done = self.builds.run(commands)
        self.measure = self.duckdb.read(self.tables(self.duckdb))
        return done

    def replicate(self) -> None:
        """What changed at the source goes to bronze, and the targets see it there."""
        self.shop.replicate()
        for name, dsn in self.others.items():
            task(find_source(name), dsn, self.shop.home).run(follow=False)
        self.builds.show_bronze([self.duckdb, self.athena, self.redshift])

    def artifacts(self, target: Target) -> Path:
        """Where dbt wrote what it made of the project."""
        return self.builds.homes / target.name / "dbt"

    def tables(self, target: Target) -> dict[str, list[str]]:
        """Every table of silver, gold and marts with its key."""
        return built_tables(self.artifacts(target) / "manifest.json")

    def differences(self, name: str) -> list[Difference]:
        """Where the tables of a target ('athena', 'redshift') are not those of DuckDB."""
        target: Target = getattr(self, name)
        found: list[Difference] = []
        for table, key in self.tables(target).items():
            found += compare(table, self.measure.__getitem__, target.rows, key, IGNORED)
        # the first ones tell the fault
        return found[:20]

    def compiled(self, name: str) -> list[Path]:
        """The SQL of a target as it was sent last: of each macro that makes a table of a source, one's."""
        models = (self.artifacts(getattr(self, name)) / "compiled" / "landfall" / "models").glob("**/*.sql")
        chosen = {}
        for path in sorted(models):
            kind, _, _ = path.stem.partition("_")
            is_repeated = path.parent.parent.name == "silver" and kind in ("base", "hist")
            # what a test was compiled to lies in a folder that is named after its YAML file
            if path.parent.suffix != ".yml":
                chosen[path.parent, kind if is_repeated else path.stem] = path
        return list(chosen.values())

    def bronze_files(self) -> set[str]:
        """Keys of all bronze objects."""
        return {entry.key for entry in S3Lake(LAKE).entries("")}

    def bronze_read(self, since: int) -> tuple[set[str], set[str]]:
        """What Athena's engine asked S3 for below bronze/ since the request of that number: the objects
        that it opened and the folders that it listed."""
        root = LAKE.removeprefix("s3://")
        opened, listed = set(), set()
        for request in self.athena.stand_in.s3.requests[since:]:
            path, _, parameters = request.path.partition("?")
            if request.method == "GET" and path.startswith(f"/{root}/bronze/"):
                opened.add(urllib.parse.unquote(path.removeprefix(f"/{root}/bronze/")))
            prefix = urllib.parse.parse_qs(parameters).get("prefix", [""])[0]
            if request.method == "GET" and re.search(r"(^|/)bronze/", prefix):
                listed.add(prefix.split("bronze/", 1)[1])
        return opened, listed


@contextmanager
def athena_or_duckdb(folder: Path) -> Iterator[AthenaStandIn]:
    """Athena's stand-in, with its variables in the environment. Trino where it can be had."""
    engine = "trino"
    try:
        trino_home()
    except TrinoMissing as reason:
        warnings.warn(f"Athena is stood in for by DuckDB, not by Trino: {reason}", stacklevel=1)
        engine = "duckdb"
    with athena_stand_in(folder, engine) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        yield running


@contextmanager
def three_targets(scratch: Path, postgres: PostgresServer, mariadb: MariadbServer) -> Iterator[ThreeTargets]:
    """Everything running, the shops filled, nothing replicated yet."""
    with ExitStack() as stack:
        runs = stack.enter_context(DbtRuns())
        athena = Athena(stack.enter_context(athena_or_duckdb(scratch / "athena")))
        redshift = Redshift(stack.enter_context(stand_in(scratch / "redshift")))
        database = _database(stack, postgres)
        from_generator(database, 200, seed=7)
        others = stack.enter_context(mysql_samples(mariadb))
        for name, dsn in others.items():
            SAMPLES[name].generate(dsn, 60)
        home = Home(scratch / "shop", LAKE)
        home.path.mkdir()
        shutil.copy(REPOSITORY / "profiles.yml.example", scratch / "profiles.yml")
        builds = Builds(runs, PROJECT, scratch, scratch / "homes", LAKE)
        yield ThreeTargets(Shop(database, postgres.dsn("engines"), home), others, builds, athena, redshift)


def _database(stack: ExitStack, postgres: PostgresServer) -> psycopg2.extensions.connection:
    opened = []
    for dsn in (postgres.dsn(), postgres.dsn("engines")):
        opened.append(psycopg2.connect(dsn))
        stack.callback(opened[-1].close)
        opened[-1].autocommit = True
        if len(opened) == 1:
            opened[0].cursor().execute("create database engines")
    return opened[1]


def one_test_of_each_kind(manifest: dict) -> Iterable[str]:
    """Names of tests: every one of the project's own, and of the generic ones one of each kind."""
    seen = set()
    for node in manifest["nodes"].values():
        if node["resource_type"] != "test":
            continue
        kind = (node.get("test_metadata") or {}).get("name") or node["name"]
        if kind not in seen:
            seen.add(kind)
            yield node["name"]
