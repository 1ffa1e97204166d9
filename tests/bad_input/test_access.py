"""The source cannot be reached, or does not let us: one line that says how to mend it."""

from __future__ import annotations

import socket
from pathlib import Path

import psycopg2
import pytest

from ingestion.demo.postgres_server import PostgresServer
from tests.bad_input.conftest import SECRET, Shop, one_line, until
from tests.e2e.conftest import landfall
from tests.e2e.test_s3_lake import free_port

HINT = "check LANDFALL_SHOP_DSN, and the password in it, in PGPASSWORD or in ~/.pgpass"


@pytest.fixture(scope="module", autouse=True)
def bob(landed: Shop) -> None:
    """A user with a password, who may log in and nothing else."""
    rules = landed.server.data_dir / "pg_hba.conf"
    rules.write_text("local all bob scram-sha-256\n" + rules.read_text())
    landed.execute("create role bob login password 'right'", "select pg_reload_conf()")

    def refused() -> bool:
        try:
            psycopg2.connect(f"{landed.dsn} user=bob").close()
        except psycopg2.OperationalError:
            return True
        return False

    until(refused, "the server goes on without asking for a password")


def test_wrong_password(landed: Shop) -> None:
    line = landed.refused(LANDFALL_SHOP_DSN=f"{landed.dsn} user=bob")
    assert 'password authentication failed for user "bob"' in line and line.endswith(HINT)


def test_wrong_password_through_the_installed_command(landed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_SHOP_DSN", f"{landed.dsn} user=bob")
    monkeypatch.setenv("DBT_PROJECT_DIR", str(landed.project))
    done = landfall("replicate", "--source", "shop", "--home", landed.home)
    assert done.returncode == 2
    assert done.stdout.count("\n") == 1 and HINT in done.stdout and not done.stderr
    assert SECRET not in done.stdout


def test_unknown_database(landed: Shop) -> None:
    line = landed.refused(LANDFALL_SHOP_DSN=f"{landed.dsn} dbname=nowhere")
    assert 'database "nowhere" does not exist' in line and line.endswith(HINT)


def test_a_host_that_refuses(landed: Shop) -> None:
    line = landed.refused(LANDFALL_SHOP_DSN=f"{landed.dsn} host=127.0.0.1 port={free_port()}")
    assert "Connection refused" in line and line.endswith(HINT)


def test_a_host_that_does_not_answer(landed: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        line = landed.refused(LANDFALL_SHOP_DSN=f"{landed.dsn} host=127.0.0.1 port={port} connect_timeout=2")
    assert "timeout expired" in line and line.endswith(HINT)


@pytest.mark.parametrize(
    "dsn",
    [
        "host=x user=u password=in two words of hunter2",
        "postgresql://u:hunt%er2@/shop",
        "postgresql://u:ab@hunter2@nowhere/shop",
        "postgresql://u:ab/hunter2@nowhere/shop",
        "postgresql://u:hunter2/x@nowhere/shop",
    ],
)
def test_a_connection_string_that_cannot_be_read_is_not_repeated(landed: Shop, dsn: str) -> None:
    line = landed.refused(LANDFALL_SHOP_DSN=dsn)
    assert "percent-encoded" in line and line.endswith(HINT)


def test_the_password_stays_secret_where_the_load_cannot_connect(shop: Shop) -> None:
    """DuckDB's scanner, which has connections of its own, repeats the connection string."""
    database = shop.execute("select current_database()")[0][0]
    shop.execute(
        "create role carol login replication connection limit 1",
        f"grant create on database {database} to carol",
        "alter table customers owner to carol",
        "alter table orders owner to carol",
    )
    carol = {"LANDFALL_SHOP_DSN": f"{shop.dsn} user=carol"}
    line = one_line(*shop.landfall("replicate", "--source", "shop", **carol))
    assert 'too many connections for role "carol"' in line and line.endswith(HINT)
    shop.execute("alter role carol connection limit -1")
    assert shop.landfall("replicate", "--source", "shop", **carol)[0] == 0
    shop.is_right()


def test_missing_rights_are_told_as_the_statements_that_grant_them(landed: Shop, tmp_path: Path) -> None:
    dsn = landed.dsn.replace(f"password={SECRET}", "user=bob password=right")
    told = landed.refused(LANDFALL_SHOP_DSN=dsn).split("an administrator of the source runs: ")[1]
    database = landed.execute("select current_database()")[0][0]
    (publication,) = landed.execute("select min(pubname) from pg_publication")[0]
    assert told.split("; ") == [
        'alter role "bob" replication',
        'grant select on "public"."customers", "public"."orders" to "bob"',
        'alter table "public"."customers" owner to "bob"',
        'alter table "public"."orders" owner to "bob"',
        f'alter publication "{publication}" owner to "bob"',
        f'alter publication "{publication}_inserts" owner to "bob"',
    ]
    before = landed.slots()
    # the tables belong to a role, and bob is to have a replica of his own
    landed.execute("create role shopkeeper")
    landed.execute("alter table customers owner to shopkeeper", "alter table orders owner to shopkeeper")
    own = {"LANDFALL_HOME": str(tmp_path), "LANDFALL_LAKE": str(tmp_path / "lake"), "LANDFALL_SHOP_DSN": dsn}
    needed = [
        'alter role "bob" replication',
        f'grant create on database "{database}" to "bob"',
        'grant select on "public"."customers", "public"."orders" to "bob"',
        'grant "shopkeeper" to "bob"',
    ]
    told = one_line(*landed.landfall("replicate", "--source", "shop", **own))
    assert told.split("runs: ")[1].split("; ") == needed
    landed.execute(*needed)
    for taken, says in (
        ('alter role "bob" noreplication', needed[0]),
        (f'revoke create on database "{database}" from "bob"', needed[1]),
        ('revoke "shopkeeper" from "bob"', needed[3]),
        ("revoke select on orders from bob, shopkeeper", 'grant select on "public"."orders" to "bob"'),
    ):
        landed.execute(taken)
        told = one_line(*landed.landfall("replicate", "--source", "shop", **own))
        assert told.split("runs: ")[1] == says
        landed.execute(says)
    assert landed.slots() == before, "what was refused leaves nothing at the source"
    assert landed.landfall("replicate", "--source", "shop", **own)[0] == 0
    assert landed.landfall("replicate", "--source", "shop", "--drop", **own)[0] == 0


def test_wal_level(landed: Shop, tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "data", {"wal_level": "replica"}) as other:
        connection = psycopg2.connect(other.dsn())
        connection.autocommit = True
        connection.cursor().execute(
            "create table customers (id int primary key, city text);"
            "create table orders (id int primary key, note text)"
        )
        connection.close()
        line = landed.refused(LANDFALL_SHOP_DSN=other.dsn())
    assert "wal_level=replica" in line and "alter system set wal_level = logical" in line


def test_after_all_of_it_silver_is_right(landed: Shop) -> None:
    landed.change()
    landed.is_right()
