import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest

from ingestion.demo.postgres_server import PostgresServer
from ingestion.errors import LandfallError

RUN_AND_WAIT = """
import sys, time
from pathlib import Path
from ingestion.demo.postgres_server import PostgresServer
PostgresServer(Path(sys.argv[1])).start()
print("ready", flush=True)
time.sleep(60)
"""


def ask(server: PostgresServer, query: str) -> str:
    with closing(psycopg2.connect(server.dsn())) as conn:
        conn.autocommit = True
        cursor = conn.cursor()
        cursor.execute(query)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postmaster.pid").read_text().split()[0])


def test_data_outlive_the_server(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "data")
    with server:
        ask(server, "create table kept as select 42 as answer")
        pid = postmaster(tmp_path / "data")
        server.start()  # runs already
        assert postmaster(tmp_path / "data") == pid
    server.stop()  # is stopped already
    assert not psutil.pid_exists(pid)
    assert not server.socket_dir.exists()
    with pytest.raises(psycopg2.OperationalError):
        ask(server, "select 1")
    with server:
        assert ask(server, "select answer from kept") == "42"


def test_it_is_ready_for_logical_decoding(server: PostgresServer) -> None:
    assert ask(server, "show wal_level") == "logical"
    assert int(ask(server, "show max_replication_slots")) >= 10
    assert int(ask(server, "show max_wal_senders")) >= 10
    assert ask(server, "show listen_addresses") == ""


def test_settings_go_before_the_defaults(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / "data", {"fsync": "on", "work_mem": "8MB"}) as server:
        assert ask(server, "show fsync") == "on"
        assert ask(server, "show work_mem") == "8MB"


def test_the_place_of_the_data_may_have_a_long_name(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / ("long " * 30) / "it's data") as server:
        assert ask(server, "select 1") == "1"


def test_the_server_dies_with_a_killed_parent_and_its_data_do_not(tmp_path: Path) -> None:
    data = tmp_path / "data"
    command = [sys.executable, "-c", RUN_AND_WAIT, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        ask(PostgresServer(data), "create table kept as select 42 as answer")
        orphan = psutil.Process(postmaster(data))
        parent.kill()
    orphan.wait(10)
    with PostgresServer(data) as server:
        assert ask(server, "select answer from kept") == "42"


def test_a_leftover_server_is_stopped_first(tmp_path: Path) -> None:
    leftover = PostgresServer(tmp_path / "data")
    leftover.start()
    pid = postmaster(tmp_path / "data")
    with PostgresServer(tmp_path / "data") as server:
        assert postmaster(tmp_path / "data") != pid
        assert ask(server, "select 1") == "1"
    leftover.stop()


def test_a_stale_pid_file_harms_nobody(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "data")
    with server:
        os.kill(postmaster(tmp_path / "data"), signal.SIGKILL)
        time.sleep(0.2)  # for its helpers to notice
    # The number now belongs to a program that has nothing to do with it: this one.
    pid_file = tmp_path / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with server:
        assert ask(server, "select 1") == "1"


def test_a_killed_initdb_is_done_again(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN_AND_WAIT, str(tmp_path / "data")]
    unfinished = tmp_path / "data.unfinished"
    with subprocess.Popen(command) as parent:
        while not (unfinished / "PG_VERSION").exists():
            assert parent.poll() is None
            time.sleep(0.002)
        parent.kill()
    assert not (tmp_path / "data").exists()
    with PostgresServer(tmp_path / "data") as server:
        assert ask(server, "select 1") == "1"
    assert not unfinished.exists()


def test_a_directory_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("precious")
    with pytest.raises(LandfallError, match="neither empty nor the data of a PostgreSQL server"):
        PostgresServer(tmp_path / "data").start()
    assert (tmp_path / "data" / "thesis.txt").read_text() == "precious"


def test_a_failed_start_quotes_the_log(tmp_path: Path) -> None:
    with pytest.raises(LandfallError, match="invalid value for parameter") as caught:
        PostgresServer(tmp_path / "data", {"wal_level": "nonsense"}).start()
    assert "\n" not in str(caught.value)
