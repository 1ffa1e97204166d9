"""How far a task has come. Written only after what it speaks of is durable in the lake."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ingestion.errors import LandfallError


@dataclass
class Checkpoint:
    """Progress of one task.

    `lsn`: every transaction that ended at or before it is in the lake. `counter`: the change
    sequence's counter at that place, so that a change sent again gets the same sequence.
    `loaded`: tables whose full load is done, with its start. `last_file`: newest file name given.
    """

    slot: str
    lsn: int
    counter: int
    loaded: dict[str, str] = field(default_factory=dict)
    last_file: str = ""


class CheckpointFile:
    """A checkpoint on disk, replaced atomically."""

    def __init__(self, state_dir: Path, task: str) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        self.path = state_dir / f"{task}.json"

    def read(self) -> Checkpoint | None:
        """The last checkpoint, or none before the first."""
        if not self.path.exists():
            return None
        try:
            return Checkpoint(**json.loads(self.path.read_text("utf-8")))
        except (ValueError, TypeError):
            raise LandfallError(
                f"{self.path} is not a checkpoint; start the task afresh with --reload"
            ) from None

    def write(self, checkpoint: Checkpoint) -> None:
        """Replaces the checkpoint; after a crash there is either the old one or the new one."""
        draft = self.path.with_suffix(".tmp")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(checkpoint), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the task: two replicas of one task would write the same files."""
        with self.path.with_suffix(".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise LandfallError(
                    f"task '{self.path.stem}' is already running; stop that one first"
                ) from None
            yield
