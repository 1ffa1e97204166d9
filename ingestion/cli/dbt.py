"""Runs dbt as users run it, in dbt_project/, and shows how far it is."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
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
    command = [
        "--log-format", "json",
        # every event in the file, dbt's default, costs a fifth of the run
        "--log-level-file", "info",
        *arguments,
        "--target-path", str(home.dbt),
        "--log-path", str(home.dbt / "logs"),
    ]  # fmt: skip
    environment = {**os.environ, "LANDFALL_HOME": str(home.path), "LANDFALL_LAKE": home.lake}
    errors: list[str] = []
    said, saying = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_dbt, args=(command, environment, saying), daemon=True)
    process.start()
    saying.close()
    try:
        with open(said.fileno(), encoding="utf-8", errors="replace", closefd=False) as lines:
            for line in lines:
                _follow(line, errors, on_node)
        process.join()
    except BaseException:
        process.terminate()
        process.join()
        raise
    if not results.exists():
        if process.exitcode:
            reason = errors[-1] if errors else f"exit code {process.exitcode}"
            raise LandfallError(f"dbt {arguments[0]} could not run: {reason} (log: {home.dbt}/logs/dbt.log)")
        return DbtResult(True, Counter())
    return _result(json.loads(results.read_text("utf-8")), process.exitcode == 0)


def _dbt(command: list[str], environment: dict[str, str], saying: Connection) -> None:
    """The run itself: what the program `dbt` does, in the forked process."""
    from dbt.cli.main import cli

    os.dup2(saying.fileno(), 1)
    os.dup2(saying.fileno(), 2)
    saying.close()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(PROJECT)
    cli(command)


def _follow(line: str, errors: list[str], on_node: Callable[[int, int, str], None]) -> None:
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:
        errors.append(line.strip())
        return
    info, data = event.get("info", {}), event.get("data", {})
    if info.get("level") == "error" and info.get("msg"):
        errors.append(_last_line(str(info["msg"])))
    if "index" in data and "total" in data and data.get("status") not in (None, "started"):
        on_node(int(data["index"]), int(data["total"]), data.get("node_info", {}).get("node_name", ""))


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
