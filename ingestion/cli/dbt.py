"""Runs dbt as users run it, in dbt_project/, and shows how far it is."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ingestion.errors import LandfallError
from ingestion.home import REPOSITORY, Home, clear_stub

PROJECT = REPOSITORY / "dbt_project"

# Each run is forked from a process that has imported dbt, which takes seconds, once.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["__main__", "dbt.cli.main", "dbt.adapters.duckdb", "dbt.parser.manifest", "dbt.task.build"]
)


@dataclass(frozen=True)
class DbtResult:
    """Results of one command: how many nodes of each kind ended how."""

    succeeded: bool
    counts: Counter[tuple[str, str]]
    messages: list[str] = field(default_factory=list)

    def count(self, kind: str, status: str | None = None) -> int:
        """Nodes of a kind ('model', 'test', 'unit_test', …), of one status or of any."""
        return sum(n for (k, s), n in self.counts.items() if k == kind and status in (None, s))


def ensure_profile() -> None:
    """Gives dbt_project/ the example profile if it has none, so that dbt works there by hand too."""
    profile = PROJECT / "profiles.yml"
    if not profile.exists():
        shutil.copy(REPOSITORY / "profiles.yml.example", profile)


def run_dbt(
    home: Home, *arguments: str, on_node: Callable[[int, int, str], None] = lambda at, of, name: None
) -> DbtResult:
    """Runs one dbt command against the home's warehouse and lake.

    `on_node(done, of, name)` is called after each node. LandfallError if dbt could not run at all;
    failed models and tests are in the result.
    """
    ensure_profile()
    clear_stub(home.warehouse)
    home.dbt.mkdir(parents=True, exist_ok=True)
    results = home.dbt / "run_results.json"
    results.unlink(missing_ok=True)
    logs = home.dbt / "logs"
    logs.mkdir(exist_ok=True)
    # dbt's own logs, on the terminal and in a file, cost an eighth of the run: see _dbt
    command = ["--log-level", "none", "--log-level-file", "none", "--no-use-colors", *arguments]
    command += ["--target-path", str(home.dbt)]
    environment = {**os.environ, "LANDFALL_HOME": str(home.path), "LANDFALL_LAKE": home.lake}
    errors: list[str] = []
    said, saying = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(
        target=_dbt, args=(command, environment, logs / "dbt.log", saying), daemon=True
    )
    process.start()
    saying.close()
    try:
        with said, suppress(EOFError):
            while True:
                match said.recv():
                    case str(error):
                        errors.append(_last_line(error))
                    case (done, of, name):
                        on_node(done, of, name)
        process.join()
    except BaseException:
        process.terminate()
        process.join()
        raise
    if not results.exists():
        if process.exitcode:
            reason = errors[-1] if errors else f"exit code {process.exitcode}"
            raise LandfallError(f"dbt {arguments[0]} could not run: {reason} (log: {logs}/dbt.log)")
        return DbtResult(True, Counter())
    return _result(json.loads(results.read_text("utf-8")), process.exitcode == 0)


def _dbt(command: list[str], environment: dict[str, str], log_file: Path, saying: Connection) -> None:
    """The run itself: what the program `dbt` does, in the forked process. Sends its errors, and after each
    node (done, of how many, name)."""
    from dbt.cli.main import dbtRunner

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(PROJECT)
    # it makes very many objects and keeps nearly all: looking for garbage among them is lost time
    gc.disable()
    one_at_a_time = threading.Lock()
    with log_file.open("a", encoding="utf-8", buffering=1) as log:
        # what other libraries print
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)

        def follow(event: Any) -> None:
            info, data = event.info, event.data
            if info.level == "debug":
                return
            with one_at_a_time:
                log.write(f"{info.ts.ToJsonString()} {info.level:5} {info.msg}\n")
                if info.level == "error" and info.msg:
                    saying.send(info.msg)
                of = getattr(data, "total", 0) or getattr(data, "num_models", 0)
                if of and getattr(data, "status", "") not in ("", "started"):
                    saying.send((data.index, of, data.node_info.node_name))

        done = dbtRunner(callbacks=[follow]).invoke(command)
        if done.exception is not None:
            saying.send(str(done.exception))
    sys.exit(0 if done.success else 1)


def _result(results: dict[str, Any], succeeded: bool) -> DbtResult:
    counts: Counter[tuple[str, str]] = Counter()
    messages = []
    for node in results["results"]:
        kind, _, name = node["unique_id"].partition(".")
        counts[(kind, node["status"])] += 1
        if node["status"] in ("error", "fail", "runtime error"):
            # a test's id ends in a hash; its name stands before
            short = name.split(".")[1]
            messages.append(f"{kind} {short}: {_one_line(node.get('message') or '')}")
    return DbtResult(succeeded, counts, messages)


def _one_line(message: str) -> str:
    """dbt's message without the macros that it came through."""
    return " ".join(message.split("\n  > in macro")[0].split())


def _last_line(message: str) -> str:
    """What a message ends on: of a traceback, the error itself."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[-1] if "Traceback" in message else _one_line(message)
