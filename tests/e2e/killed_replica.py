"""Runs the shop's task and kills itself, with SIGKILL, at a given step towards disk."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingestion.bronze.lake import LocalLake
from ingestion.cli.source import task
from ingestion.home import Home
from ingestion.registry import find_source
from ingestion.replica.checkpoint import CheckpointFile

dsn, home, instant = sys.argv[1], Home.find(Path(sys.argv[2])), int(sys.argv[3])
steps = 0


def dying(step: Callable[..., Any]) -> Callable[..., Any]:
    """`step` with an instant before and one after it."""

    def reach() -> None:
        global steps
        steps += 1
        if steps == instant:
            os.kill(os.getpid(), signal.SIGKILL)

    def run(*arguments: Any, **options: Any) -> Any:
        reach()
        result = step(*arguments, **options)
        reach()
        return result

    return run


LocalLake.publish = dying(LocalLake.publish)  # type: ignore[method-assign]
CheckpointFile.write = dying(CheckpointFile.write)  # type: ignore[method-assign]
task(find_source("olist"), dsn, home).run(follow=False, reload="reload" in sys.argv[4:])
