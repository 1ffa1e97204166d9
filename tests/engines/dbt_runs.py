"""Runs of dbt as processes of their own, forked from one that has imported dbt: a run costs its work."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from tests.engines.children import die_with_parent

PRELOAD = "tests.engines.dbt_preload"


@dataclass(frozen=True)
class Done:
    """How a command ended: the status of every node by its name, and the messages of those that failed."""

    succeeded: bool
    statuses: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)


class DbtRuns:
    """Starts runs, of several targets at a time; a context manager."""

    def __enter__(self) -> DbtRuns:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([PRELOAD])
        self._waiting = ThreadPoolExecutor()
        return self

    def __exit__(self, *error: object) -> None:
        self._waiting.shutdown()

    def start(
        self,
        *arguments: str,
        project: Path,
        profiles: Path,
        target: str,
        home: Path,
        environment: Mapping[str, str],
    ) -> Future[Done]:
        """Starts a command. Its artifacts go below home/dbt, what it says into home/dbt/said."""
        folder = home / "dbt"
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            *arguments,
            *("--project-dir", str(project), "--profiles-dir", str(profiles), "--target", target),
            *("--target-path", str(folder), "--log-path", str(folder), "--log-level-file", "none"),
            "--no-use-colors",
        ]
        settings = {"LANDFALL_HOME": str(home), **environment}
        return self._waiting.submit(self._done, command, settings, folder / "said")

    def _done(self, *arguments: object) -> Done:
        """Runs dbt in a process of its own, to that process's end: only then is a DuckDB file closed."""
        results, told = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_run, args=(told, *arguments))
        process.start()
        told.close()
        try:
            done: Done = results.recv()
        except EOFError:
            done = Done(False, messages=["dbt ended without a word"])
        process.join()
        return done


def _run(told: Connection, command: list[str], environment: dict[str, str], said: Path) -> None:
    from dbt.cli.main import dbtRunner  # there already, but not in the process of the tests

    die_with_parent()
    # it makes very many objects and keeps nearly all: looking for garbage among them is lost time
    gc.disable()
    with said.open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ.update(environment)
    # dbt resolves its project's relative paths from where it runs
    os.chdir(command[command.index("--project-dir") + 1])
    done = dbtRunner().invoke(command)
    results = getattr(done.result, "results", [])
    messages = [f"{r.node.name}: {r.message}" for r in results if r.status in ("error", "fail")]
    if done.exception is not None:
        messages.append(str(done.exception))
    told.send(Done(done.success, {r.node.unique_id: str(r.status) for r in results}, messages))
