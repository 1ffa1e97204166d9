"""How far a task has come. Written only after what it speaks of is durable in the lake."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from ingestion.bronze.layout import timestamp_text
from ingestion.errors import LandfallError
from ingestion.replica.change_files import Place

# Of the file's layout; rises when an older landfall could misread a newer one's file.
_VERSION = 1


@dataclass
class Checkpoint:
    """Progress of one task.

    `lsn`: every transaction that ended at or before it is in the lake. `counter`: the change
    sequence's counter at that place, so that a change sent again gets the same sequence.
    `loaded`: tables whose full load is done, with its start. `last_file`: newest file name given.
    `floors`: places in the log after which no commit may seem to be before a time (see Place).
    """

    slot: str
    lsn: int
    counter: int
    loaded: dict[str, str] = field(default_factory=dict)
    last_file: str = ""
    floors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, place: Place, slot: str) -> Checkpoint:
        """The first one of a task whose changes begin at a place."""
        checkpoint = cls(slot, place.lsn, place.counter)
        checkpoint.advance(place, "")
        return checkpoint

    @property
    def place(self) -> Place:
        """Where to go on."""
        floor = self.floors.get(str(self.lsn))
        not_before = datetime.fromisoformat(f"{floor}+00:00") if floor else None
        return Place(self.lsn, self.counter, not_before)

    def advance(self, place: Place, last_file: str) -> None:
        """Everything before the place is in the lake."""
        self.lsn, self.counter, self.last_file = place.lsn, place.counter, last_file
        # one that lies at the place itself counts for what follows it
        self.floors = {at: moment for at, moment in self.floors.items() if int(at) >= place.lsn}
        if place.not_before is not None:
            here = self.floors.get(str(place.lsn), "")
            self.floors[str(place.lsn)] = max(here, timestamp_text(place.not_before))


class CheckpointFile:
    """A checkpoint on disk, replaced atomically."""

    def __init__(self, state_dir: Path, task: str) -> None:
        self.path = state_dir / f"{task}.json"
        with _on_disk(state_dir):
            state_dir.mkdir(parents=True, exist_ok=True)

    def read(self) -> Checkpoint | None:
        """The last checkpoint, or none before the first."""
        with _on_disk(self.path):
            if not self.path.exists():
                return None
            content = self.path.read_bytes()
        try:
            fields = json.loads(content)
            version = fields.pop("version", 1)
            if version <= _VERSION:
                return _checked(Checkpoint(**fields))
        except (ValueError, TypeError, AttributeError):
            raise LandfallError(
                f"{self.path} is not a whole checkpoint; start the task afresh with --reload"
            ) from None
        raise LandfallError(
            f"{self.path} was written by a newer landfall (checkpoint version {version}, this one knows "
            f"{_VERSION}): use that one, or start the task afresh with --reload"
        )

    def write(self, checkpoint: Checkpoint) -> None:
        """Replaces the checkpoint; after a crash there is either the old one or the new one."""
        draft = self.path.with_suffix(".tmp")
        with _on_disk(self.path):
            with draft.open("w", encoding="utf-8") as file:
                json.dump({"version": _VERSION, **asdict(checkpoint)}, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the task: two replicas of one task would write the same files."""
        with _on_disk(self.path):
            file = self.path.with_suffix(".lock").open("w")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise LandfallError(
                    f"task '{self.path.stem}' is already running; stop that one first"
                ) from None
            yield


def _checked(checkpoint: Checkpoint) -> Checkpoint:
    for value, kind in (
        (checkpoint.slot, str),
        (checkpoint.lsn, int),
        (checkpoint.counter, int),
        (checkpoint.loaded, dict),
        (checkpoint.last_file, str),
        (checkpoint.floors, dict),
    ):
        if not isinstance(value, kind):
            raise TypeError
    return checkpoint


@contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LandfallError(
            f"cannot keep the checkpoint in {path}: {error.strerror}; mend that and run it again: nothing "
            "that had landed is lost"
        ) from None
