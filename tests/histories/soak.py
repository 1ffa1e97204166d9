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
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ingestion.home import REPOSITORY
from tests.histories.generate import endless
from tests.histories.stage import Stage
from tests.histories.steps import Check, Step


def main() -> int:
    """0 when no seed found a difference."""
    parser = argparse.ArgumentParser(
        description="Long random histories: silver must equal the source after each.",
        epilog="example: python -m tests.histories.soak --seeds 200 --operations 10000 --out bench/soak.json",
    )
    parser.add_argument("--seeds", type=int, default=200, help="how many histories (default 200)")
    parser.add_argument("--first-seed", type=int, default=1, help="seed of the first (default 1)")
    parser.add_argument(
        "--operations", type=int, default=10_000, help="statements run in each history (default 10000)"
    )
    parser.add_argument(
        "--works-per-control",
        type=int,
        default=None,
        help="transactions from one run, kill or build to the next (default: about 20 of them in a history)",
    )
    parser.add_argument("--jobs", type=int, default=1, help="histories at a time (default 1)")
    parser.add_argument("--out", type=Path, help="JSON file for the figures")
    options = parser.parse_args()
    between = options.works_per_control or max(2, options.operations // (20 * 4))

    started = time.monotonic()
    total: Counter[str] = Counter()
    failures: dict[int, str] = {}
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    with ProcessPoolExecutor(options.jobs) as pool:
        shares = [
            pool.submit(_share, list(seeds[job :: options.jobs]), options.operations, between)
            for job in range(options.jobs)
        ]
        for share in shares:
            figures, failed = share.result()
            total += figures
            failures |= failed
    report = {
        "seeds": options.seeds,
        "first_seed": options.first_seed,
        "operations_per_seed": options.operations,
        "minutes": round((time.monotonic() - started) / 60, 1),
        "differences": len(failures),
        **{name.replace(" ", "_"): count for name, count in sorted(total.items())},
        "failed_seeds": {str(seed): reason for seed, reason in failures.items()},
        "python": platform.python_version(),
        "commit": _commit(),
    }
    text = json.dumps(report, indent=2) + "\n"
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, "utf-8")
    print(text, end="")
    return 1 if failures else 0


def _share(seeds: list[int], operations: int, between: int) -> tuple[Counter[str], dict[int, str]]:
    """Some seeds on a stage of their own."""
    total: Counter[str] = Counter()
    failures: dict[int, str] = {}
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch, Stage(Path(scratch)) as stage:
        for seed in seeds:
            began = time.monotonic()
            try:
                figures = _play(stage, seed, operations, between)
            except Exception as error:
                failures[seed] = f"{type(error).__name__}: {error}"[:4000]
                print(f"seed {seed}: FAILED: {failures[seed]}", file=sys.stderr, flush=True)
                continue
            total += figures
            seconds = time.monotonic() - began
            print(
                f"seed {seed}: {figures['operations']} operations, {figures['replica kills']} replica kills, "
                f"{figures['build kills']} build kills, {figures['builds']} builds, 0 differences, "
                f"{seconds:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    return total, failures


def _play(stage: Stage, seed: int, operations: int, between: int) -> Counter[str]:
    with stage.player() as (player, _, _):
        player.play(steps_of(seed, operations, between, player.figures))
        return player.figures


def steps_of(seed: int, operations: int, between: int, figures: Counter[str]) -> Iterator[Step]:
    """A seed's steps until `figures` (the player's) tell that so many statements ran; a check half way."""
    half_way = False
    for step in endless(seed, between):
        yield step
        if figures["operations"] >= operations:
            return
        if not half_way and figures["operations"] * 2 >= operations:
            half_way = True
            yield Check()


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "none"


if __name__ == "__main__":
    sys.exit(main())
