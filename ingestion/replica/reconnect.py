"""While its source is away a task tries again, less and less often, and gives up at last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ingestion.errors import CannotConnect, SourceAway


@dataclass(frozen=True)
class Patience:
    """How often and how long: the section ErrorBehavior of DMS's task settings."""

    attempts: int
    pause_seconds: float
    growing: bool
    longest_pause_seconds: float

    @classmethod
    def parse(cls, error_behavior: dict[str, Any]) -> Patience:
        """From the JSON that AWS takes. Its other keys are about rows that a target refuses."""
        attempts = int(error_behavior.get("RecoverableErrorCount", -1))
        return cls(
            # -1 leaves it to DMS, which then tries a lost connection nine times
            attempts=9 if attempts < 0 else attempts,
            pause_seconds=float(error_behavior.get("RecoverableErrorInterval", 5)),
            growing=bool(error_behavior.get("RecoverableErrorThrottling", True)),
            longest_pause_seconds=float(error_behavior.get("RecoverableErrorThrottlingMax", 1800)),
        )

    def pause(self, attempt: int) -> float:
        """Seconds before the n-th attempt, from 1."""
        pause = self.pause_seconds * (2 ** (attempt - 1) if self.growing else 1)
        return min(pause, self.longest_pause_seconds)


def keep_reading(
    read: Callable[[Callable[[], None]], None],
    patience: Patience,
    stop: threading.Event,
    tell: Callable[[str], None],
) -> None:
    """Runs `read` until it ends, and again whenever it raises SourceAway after it had once begun to
    read; it calls the function that it is given whenever it has read. `tell` gets a line an attempt.

    What goes wrong before the first reading, and everything but SourceAway, is raised at once: a
    person who has just started a task wants to know. Returns too when `stop` is set in a pause.
    """
    attempt, begun = 0, False

    def reads() -> None:
        nonlocal attempt, begun
        if attempt:
            tell("the source is back; going on from the checkpoint")
        attempt, begun = 0, True

    while True:
        try:
            return read(reads)
        except SourceAway as error:
            if not begun and isinstance(error, CannotConnect):
                raise
            if not begun or attempt >= patience.attempts:
                tried = f"gave up after {attempt} attempts; " if attempt else ""
                raise SourceAway(f"{error}; {tried}run it again to go on from the checkpoint") from None
            attempt += 1
            pause = patience.pause(attempt)
            tell(f"{error}; attempt {attempt} of {patience.attempts} in {pause:g} s")
            if stop.wait(pause):
                return
