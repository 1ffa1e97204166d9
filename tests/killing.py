"""Kills a replica from within, at an instant that a test chooses."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from ingestion.bronze.lake import LocalLake
from ingestion.replica.checkpoint import CheckpointFile


def die_at(instant: int) -> None:
    """SIGKILL at the n-th instant: before or after a file is published or a checkpoint written."""
    steps = 0

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def reach() -> None:
            nonlocal steps
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
