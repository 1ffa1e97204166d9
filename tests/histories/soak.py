"""Long random histories of many seeds; the figures go into a file.

python -m tests.histories.soak --seeds 200 --operations 10000 --out bench/soak.json
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ingestion.home import REPOSITORY
from tests.histories.generate import endless
from tests.histories.stage import SOURCES, Stage
from tests.histories.steps import Step


def main() -> int:
    """0 when no seed found a difference."""
    parser = argparse.ArgumentParser(
        description="Long random histories: silver must equal the source after each.",
        epilog="example: python -m tests.histories.soak --seeds 200 --operations 10000 --out bench/soak.json",
    )
    parser.add_argument("--seeds", type=int, default=200, help="how many histories (default 200)")
    parser.add_argument("--source", choices=SOURCES, default="postgres", help="engine of the source")
    parser.add_argument("--first-seed", type=int, default=1, help="seed of the first (default 1)")
    parser.add_argument(
        "--operations", type=int, default=10_000, help="statements run in each history (default 10000)"
    )
    parser.add_argument(
        "--works-per-control",
        type=int,
        default=None,
        help="transactions from one run, kill or build to the next (default: about 10 of them in a history)",
    )
    parser.add_argument("--jobs", type=int, default=1, help="histories at a time (default 1)")
    parser.add_argument("--out", type=Path, help="JSON file for the figures")
    options = parser.parse_args()
    between = options.works_per_control or max(2, options.operations // (10 * 4))

    report = Report(options.source, options.seeds, options.first_seed, options.operations, options.out)
    seeds = iter(range(options.first_seed, options.first_seed + options.seeds))
    # threads: the work is done by servers, the replica and dbt, which are processes
    with ThreadPoolExecutor(options.jobs) as pool:
        for share in [pool.submit(_share, seeds, between, report) for _ in range(options.jobs)]:
            share.result()
    print(report.text(), end="")
    return 1 if report.failures else 0


class Report:
    """The figures so far; the file is written anew after each seed."""

    def __init__(self, source: str, seeds: int, first_seed: int, operations: int, out: Path | None) -> None:
        self.source = source
        self.operations = operations
        self.failures: dict[int, str] = {}
        self._seeds = seeds
        self._first_seed = first_seed
        self._out = out
        self._done = 0
        self._total: Counter[str] = Counter()
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._commit = _commit()

    def add(self, seed: int, figures: Counter[str], failure: str | None) -> None:
        """One seed's end."""
        with self._lock:
            self._done += 1
            self._total += figures
            if failure:
                self.failures[seed] = failure
            if self._out:
                self._out.parent.mkdir(parents=True, exist_ok=True)
                self._out.write_text(self.text(), "utf-8")
            found = failure or (
                f"{figures['operations']} operations, {figures['replica kills']} replica kills, "
                f"{figures['build kills']} build kills, {figures['builds']} builds, 0 differences"
            )
            minutes = (time.monotonic() - self._started) / 60
            print(f"{minutes:6.1f} min, {self._done} of {self._seeds}, seed {seed}: {found}", file=sys.stderr)

    def text(self) -> str:
        """As JSON."""
        return (
            json.dumps(
                {
                    "source": self.source,
                    "seeds": self._done,
                    "first_seed": self._first_seed,
                    "operations_per_seed": self.operations,
                    "minutes": round((time.monotonic() - self._started) / 60, 1),
                    "differences": len(self.failures),
                    **{name.replace(" ", "_"): count for name, count in sorted(self._total.items())},
                    "failed_seeds": {str(seed): reason for seed, reason in self.failures.items()},
                    "python": platform.python_version(),
                    "commit": self._commit,
                },
                indent=2,
            )
            + "\n"
        )


def _share(seeds: Iterator[int], between: int, report: Report) -> None:
    """Seeds, one after the other, on a stage of their own."""
    with (
        tempfile.TemporaryDirectory(prefix="soak-") as scratch,
        Stage(Path(scratch), SOURCES[report.source](Path(scratch))) as stage,
    ):
        for seed in seeds:
            figures: Counter[str] = Counter()
            failure = None
            try:
                figures = _play(stage, seed, report.operations, between)
            except Exception as error:
                failure = f"{type(error).__name__}: {error}"[:4000]
            report.add(seed, figures, failure)


def _play(stage: Stage, seed: int, operations: int, between: int) -> Counter[str]:
    with stage.player() as (player, _, _):
        player.play(steps_of(seed, operations, between, player.figures))
        return player.figures


def steps_of(seed: int, operations: int, between: int, figures: Counter[str]) -> Iterator[Step]:
    """A seed's steps until `figures` (the player's) tell that so many statements ran."""
    for step in endless(seed, between):
        yield step
        if figures["operations"] >= operations:
            return


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "none"


if __name__ == "__main__":
    sys.exit(main())
