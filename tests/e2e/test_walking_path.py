"""The whole path as a visitor takes it: `landfall demo`, then dbt by hand."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import psutil
import pytest

from ingestion.demo.olist.load import FILES
from ingestion.home import REPOSITORY
from tests.e2e.conftest import BIN, WITHOUT_TESTS, landfall


def dbt(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """dbt as analytics engineers call it: in dbt_project/, with the example profile."""
    environment = {
        **os.environ,
        "LANDFALL_HOME": str(home),
        "DBT_TARGET_PATH": str(home / "dbt"),
        "NO_COLOR": "1",
    }
    return subprocess.run(
        [str(BIN / "dbt"), *arguments],
        cwd=REPOSITORY / "dbt_project",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def processes_of(home: Path) -> list[str]:
    """Command lines of processes that still work on a home."""
    lines = [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
    return [line for line in lines if str(home) in line]


# the same figures twice: from gold, and straight from the files
TOTALS = {
    "order lines": (
        "select count(*), count(distinct order_id), sum(quantity), sum(line_amount), sum(freight_amount) "
        "from gold.fact_orders where source_system = 'olist'",
        "select count(*), count(distinct order_id), count(*), sum(price::decimal(10,2)), "
        "sum(freight_value::decimal(10,2)) from order_items",
    ),
    "orders": (
        "select count(*), count(*) filter (where line_count = 0), sum(order_amount) "
        "from gold.fact_order_fulfillment where source_system = 'olist'",
        "select count(*), count(*) filter (where order_id not in (select order_id from order_items)), "
        "(select sum(price::decimal(10,2)) from order_items) from orders",
    ),
    "statuses": (
        "select order_status, count(*) from gold.fact_order_fulfillment where source_system = 'olist' "
        "group by 1 order by 1",
        "select order_status, count(*) from orders group by 1 order by 1",
    ),
    "payments": (
        "select payment_type, count(*), sum(amount), count(distinct order_id) "
        "from gold.fact_payments where source_system = 'olist' group by 1 order by 1",
        "select payment_type, count(*), sum(payment_value::decimal(10,2)), count(distinct order_id) "
        "from order_payments group by 1 order by 1",
    ),
    "reviews": (
        "select count(*), count(distinct review_id), sum(review_score) from gold.fact_reviews",
        "select count(*), count(distinct review_id), sum(review_score::int) from order_reviews",
    ),
}


@pytest.mark.parametrize("what", TOTALS)
def test_gold_equals_the_published_files_to_the_cent(from_files: Path, csv_files: Path, what: str) -> None:
    gold, csv = TOTALS[what]
    with duckdb.connect(str(from_files / "warehouse.duckdb"), read_only=True) as warehouse:
        found = warehouse.execute(gold).fetchall()
    with duckdb.connect() as files:
        for table, name in FILES.items():
            reader = f"read_csv('{csv_files / name}', header = true, all_varchar = true)"
            files.execute(f"create view {table} as select * from {reader}")
        assert found == files.execute(csv).fetchall()


@pytest.mark.parametrize("key", ["customer", "product", "seller"])
def test_every_line_of_a_clean_set_finds_its_dimension_row(from_files: Path, key: str) -> None:
    with duckdb.connect(str(from_files / "warehouse.duckdb"), read_only=True) as warehouse:
        lines = warehouse.execute(
            f"select count(*), count(*) filter (where d.source_system = 'olist') "
            f"from gold.fact_orders as f left join gold.dim_{key}s as d using ({key}_key) "
            "where f.source_system = 'olist'"
        ).fetchone()
    assert lines is not None and lines[0] == lines[1] > 1000


def test_the_docs_describe_every_model_and_column(from_files: Path) -> None:
    manifest = json.loads((from_files / "dbt" / "manifest.json").read_text())
    catalog = json.loads((from_files / "dbt" / "catalog.json").read_text())
    assert len(catalog["nodes"]) > 40
    bare = []
    for name, node in catalog["nodes"].items():
        described = manifest["nodes"][name]
        if not described["description"]:
            bare.append(name)
        columns = {column.lower(): info["description"] for column, info in described["columns"].items()}
        bare += [f"{name}.{column}" for column in node["columns"] if not columns.get(column.lower())]
    assert bare == []


def test_dbt_works_by_hand(from_files: Path) -> None:
    selected = dbt(from_files, "build", "--select", "fact_orders+")
    assert selected.returncode == 0, selected.stdout
    assert "fact_orders" in selected.stdout and "dim_sellers" not in selected.stdout.split("Found")[0]
    fresh = dbt(from_files, "source", "freshness")
    assert fresh.returncode == 0, fresh.stdout
    assert "PASS freshness of olist.orders" in fresh.stdout
    refreshed = dbt(from_files, "build", "--full-refresh", "--select", "gold", "marts")
    assert refreshed.returncode == 0, refreshed.stdout
    assert "ERROR=0" in refreshed.stdout


def test_dbt_build_empty_works_without_any_bronze(tmp_path: Path) -> None:
    done = dbt(tmp_path, "build", "--empty")
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select count(*) from gold.fact_orders").fetchone() == (0,)


def test_no_bronze_is_told_in_one_line(tmp_path: Path) -> None:
    done = dbt(tmp_path, "build")
    assert done.returncode != 0
    (told,) = [line for line in done.stdout.splitlines() if "No bronze files under" in line]
    assert "make run" in told
    assert "in model" not in done.stdout, "no model was tried"


def test_wrong_use_is_told_in_one_line_and_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for arguments, says in (
        (("demo", "--home", tmp_path, "--from", tmp_path / "nowhere"), "nowhere"),
        (("reconcile", "--home", tmp_path), "LANDFALL_OLIST_DSN"),
        (("docs", "--home", tmp_path / "file" / "x"), "choose another with --home"),
        (("replicate", "--home", tmp_path, "--source", "nope"), "declared: "),
        (("traffic", "--home", tmp_path), "LANDFALL_OLIST_DSN"),
        (("demo", "--orders", "0"), "--orders"),
    ):
        done = landfall(*arguments)
        assert done.returncode == 2, arguments
        assert says in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["demo", "replicate", "traffic", "reconcile", "docs"])
def test_help_has_an_example(command: str) -> None:
    done = landfall(command, "--help")
    assert done.returncode == 0
    assert f"Example: landfall {command}" in done.stdout


# the command line on a machine that has no MariaDB
WITHOUT_MARIADB = (
    "import ingestion.demo.mariadb_server as server; server._program = lambda name: None; "
    "from ingestion.cli.app import main; main()"
)


def test_without_mariadb_the_demo_survives_ctrl_c_and_runs_the_postgres_half_after_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-c", WITHOUT_MARIADB, "demo", "--home", str(home), "--orders", "300"]
    command += ["--traffic-seconds", "4"]
    for reached in ("full load", "dbt build: silver"):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
            assert process.stdout is not None
            if reached == "full load":
                time.sleep(1.5)
            else:
                while reached not in process.stdout.readline():
                    pass
                time.sleep(1)  # live traffic, with the replica at work
            # as the terminal does: to the whole foreground group
            os.killpg(process.pid, signal.SIGINT)
            assert "Traceback" not in process.stdout.read()
            assert process.wait(30) == 130
        assert processes_of(home) == []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "no MariaDB on this machine" in done.stdout and "apt-get install mariadb-server" in done.stdout
    assert re.search(r"reconcile +0 differences in 9 tables", done.stdout)
    assert re.search(r"tests +\d{3} passed, 0 failed", done.stdout)
    assert (home / "site" / "index.html").exists()
    assert processes_of(home) == []


def test_the_commands_that_the_demo_suggests_work_on_both_engines(from_files: Path) -> None:
    for source in ("olist", "woocommerce"):
        of = ("--home", from_files, "--source", source)
        assert landfall("traffic", *of, "--seconds", "1").returncode == 0
        replicated = landfall("replicate", *of)
        assert re.search(r"[1-9]\d* changes in", replicated.stdout), replicated.stdout
        reconciled = landfall("reconcile", *of)
        assert reconciled.returncode == 1, "silver cannot know what dbt has not built"
        assert "files in bronze are not built yet" in reconciled.stdout
        assert "column" in reconciled.stdout or "missing in silver" in reconciled.stdout
    assert dbt(from_files, "build", *WITHOUT_TESTS).returncode == 0
    for source in ("olist", "woocommerce"):
        assert landfall("reconcile", "--home", from_files, "--source", source).returncode == 0
