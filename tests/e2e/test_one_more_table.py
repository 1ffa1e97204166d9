"""One more table of a source, as the README has it: some YAML and two model files, nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from ingestion.demo.classicmodels.load import DATABASE, from_generator
from ingestion.demo.mariadb_server import MariadbServer
from ingestion.engines import dsn_variable
from ingestion.home import REPOSITORY
from ingestion.mysql.connection import connect
from ingestion.mysql.connection import rows as query
from tests.e2e.conftest import BIN, landfall

YAML = """
      - name: deliveries
        description: One row per order and parcel of it.
        config:
          meta: {primary_key: [orderNumber, parcel]}
        columns:
          - {name: orderNumber, data_type: integer, description: The order.}
          - {name: parcel, data_type: smallint, description: Number of the parcel within its order.}
          - {name: carrier, data_type: varchar, description: Who carries it.}
          - {name: weight, data_type: "decimal(8,3)", description: Weight in kg.}
          - {name: sentAt, data_type: timestamp, description: "When it was sent, in UTC."}
"""
MODELS = {
    "base_classicmodels__deliveries.sql": (
        "{{ apply_changes('classicmodels', 'deliveries', key=['orderNumber', 'parcel']) }}\n"
    ),
    "stg_classicmodels__deliveries.sql": """
        select cast(ordernumber as varchar) as order_id, parcel, carrier, weight, sentat as sent_at
        from {{ ref('base_classicmodels__deliveries') }}
        where not _is_deleted
    """,
}


@pytest.fixture
def shop(mariadb: MariadbServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The wholesaler, replicated by the command line into a home of the test's own, and a copy of the
    project in `project/dbt_project`."""
    dsn = mariadb.dsn(DATABASE)
    from_generator(dsn, 50, seed=7, reset=True)
    for folder in ("macros", "seeds"):
        (tmp_path / "project").mkdir(exist_ok=True)
        (tmp_path / "project" / folder).symlink_to(REPOSITORY / folder)
    shutil.copytree(
        REPOSITORY / "dbt_project",
        tmp_path / "project" / "dbt_project",
        ignore=shutil.ignore_patterns("target", "logs"),
    )
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path / "project" / "dbt_project"))
    monkeypatch.setenv("LANDFALL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(dsn_variable(DATABASE), dsn)
    run("replicate", "--source", DATABASE)
    yield dsn
    with closing(connect(mariadb.dsn())) as admin:
        query(admin, f"drop database {DATABASE}")


def run(*arguments: str) -> str:
    """The command line; it must succeed."""
    done = landfall(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_one_more_table_is_some_yaml_and_two_model_files(shop: str, tmp_path: Path) -> None:
    with closing(connect(shop)) as source:
        for statement in (
            "create table deliveries (orderNumber int, parcel tinyint unsigned, carrier varchar(20),"
            " weight decimal(8,3), sentAt timestamp(6) null, primary key (orderNumber, parcel))",
            "insert into deliveries"
            " select orderNumber, 1, 'DHL', 1.5, '2024-01-02 03:04:05.678901' from orders",
        ):
            query(source, statement)
    models = tmp_path / "project" / "dbt_project" / "models" / "silver" / "classicmodels"
    with (models / "_classicmodels__sources.yml").open("a", encoding="utf-8") as registry:
        registry.write(YAML)
    for name, sql in MODELS.items():
        (models / name).write_text(sql, "utf-8")
    assert "loaded 50 rows of 1 tables" in run("replicate", "--source", DATABASE)

    with closing(connect(shop)) as source:
        for statement in (
            "update deliveries set weight = 2.125, sentAt = null where orderNumber % 2 = 0",
            "update deliveries set parcel = 2 where orderNumber % 3 = 0",
            "delete from deliveries where orderNumber % 5 = 0",
        ):
            query(source, statement)
        expected = query(source, "select cast(orderNumber as char), parcel, weight, sentAt from deliveries")
    run("replicate", "--source", DATABASE)
    built = subprocess.run(
        [BIN / "dbt", "build", "--select", "silver", "--exclude", "silver.olist", "silver.woocommerce"],
        cwd=tmp_path / "project" / "dbt_project",
        env=os.environ | {"LANDFALL_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout
    with duckdb.connect(str(tmp_path / "home" / "warehouse.duckdb"), read_only=True) as warehouse:
        staged = warehouse.execute(
            "select order_id, parcel, weight, sent_at from silver.stg_classicmodels__deliveries"
        ).fetchall()
    assert 30 < len(staged) < 50
    assert sorted(staged, key=repr) == sorted(expected, key=repr)
    assert "deliveries" in run("reconcile", "--source", DATABASE)
