"""Starts runs of dbt and of the replica as processes that can be killed (see zygote)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ingestion.home import REPOSITORY

Json = dict[str, Any]


@dataclass
class Run:
    """One process: of dbt or of the replica."""

    pid: int
    log: Path
    code: int | None = None

    @property
    def words(self) -> str:
        """The end of what it said."""
        return self.log.read_text(errors="replace")[-2000:]


class Workers:
    """A zygote for one dbt project; a context manager that starts and stops it."""

    def __init__(self, project: Path, scratch: Path) -> None:
        self._project = project
        self._scratch = scratch
        self._runs = 0

    def __enter__(self) -> Self:
        self._scratch.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.histories.zygote", str(self._project), str(self._scratch)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ready = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def dbt(self, *arguments: str, environment: dict[str, str]) -> Run:
        """Starts dbt with these arguments."""
        return self._start({"kind": "dbt", "arguments": arguments, "env": environment})

    def replica(self, *, environment: dict[str, str], **request: Any) -> Run:
        """Starts a task that ends when it has caught up."""
        return self._start({"kind": "replica", "env": environment, **request})

    def landfall(
        self,
        *arguments: str,
        environment: dict[str, str],
        error_behavior: Json | None = None,
        max_file_bytes: int | None = None,
        obedient: bool = False,
    ) -> Run:
        """Starts the command line. `error_behavior` stands for that section of the task settings; no
        file may become larger than `max_file_bytes`; `obedient`: permissions count, also for root."""
        return self._start(
            {
                "kind": "landfall",
                "arguments": arguments,
                "env": environment,
                "error_behavior": error_behavior,
                "max_file_bytes": max_file_bytes,
                "obedient": obedient,
            }
        )

    def wait(self, run: Run, seconds: float) -> bool:
        """Whether it has ended, waiting for so long at most."""
        deadline = time.monotonic() + seconds
        while run.code is None:
            run.code = self._ask({"wait": run.pid, "block": False})["code"]
            if run.code is None:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.01)
        return True

    def kill(self, run: Run) -> None:
        """SIGKILL, unless it has ended."""
        if run.code is None:
            os.kill(run.pid, signal.SIGKILL)
            self.wait(run, 10)

    def _start(self, request: Json) -> Run:
        self._runs += 1
        log = self._scratch / f"run-{self._runs % 50}.log"
        return Run(self._ask({**request, "log": str(log)})["pid"], log)

    def _ask(self, request: Json) -> Json:
        assert self._process.stdin is not None and self._process.stdout is not None
        if not self._ready:
            greeting = json.loads(self._process.stdout.readline() or '{"error": "the zygote died"}')
            if "error" in greeting:
                log = (self._scratch / "zygote.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{greeting['error']}\n{log}")
            self._ready = True
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: Json = json.loads(self._process.stdout.readline())
        return answer
