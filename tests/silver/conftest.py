"""One lake and one dbt project for all cases, taken through their steps together; tests read the outcome."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import shared_data
from tests.silver import (
    bad_row_cases,
    cost_case,
    disorder_cases,
    drift_cases,
    keyless_cases,
    random_cases,
    reload_cases,
)
from tests.silver.lab import HERE, Lab, Rows

CASES = [
    *disorder_cases.CASES,
    *reload_cases.CASES,
    *drift_cases.CASES,
    *random_cases.CASES,
    *bad_row_cases.CASES,
]
DECLARED = [*CASES, *keyless_cases.CASES, *drift_cases.BROKEN, cost_case.CASE]
STEPS = 3
LAST = f"step {STEPS - 1}"
# since then the real task has written before images
BEFORE_IMAGES_SINCE = "20240705"


@dataclass(frozen=True)
class World:
    """What the tables held after each run, and the runs' statuses by node, under the run's name:
    'step 0' …, 'idle' (nothing arrived but for cost_case, and every old file is garbage), 'full refresh'."""

    lab: Lab
    tables: dict[str, dict[str, Rows]]
    statuses: dict[str, dict[str, str]]
    messages: dict[str, str]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three steps of arrivals with a run after each, a run in which only one table's file arrives,
    and a full refresh of everything."""
    lab = Lab(tmp_path_factory.mktemp("silver"))
    lab.declare(DECLARED)
    world = World(lab, {}, {}, {})

    def run(name: str, *arguments: str) -> None:
        lab.dbt("run", *arguments, "--exclude", "path:models/units", "drifted_columns")
        world.tables[name] = lab.tables()
        world.statuses[name] = lab.statuses
        world.messages.update(lab.messages)

    for step in range(STEPS):
        _deliver_csv(lab, step)
        for case in DECLARED:
            lab.deliver(case, step)
        if step == 1:
            lab.dbt("run", "--select", "bronze_files")
            for case in DECLARED:
                lab.deliver(case, step, after_noticing=True)
            run(f"step {step}", "--select", *_arrivals(step))
        elif step:
            run(f"step {step}", "--select", "bronze_files", *_arrivals(step))
        else:
            run(f"step {step}")

    kept = lab.lake.with_name("kept")
    shutil.copytree(lab.lake, kept)
    cost_case.make_unreadable(lab.lake)
    lab.write(
        f"cases/public/{cost_case.CASE.name}", cost_case.NEW, cost_case.CASE.columns, cost_case.CASE.key
    )
    run("idle")
    shutil.copytree(kept, lab.lake, dirs_exist_ok=True)
    run("full refresh", "--full-refresh")
    return world


def _arrivals(step: int) -> list[str]:
    """The models of the tables for which something arrives; the others rest, to save time."""
    tables = [f"cases__{case.name}" for case in DECLARED if case.steps[step : step + 1]]
    tables += [] if step > 1 else ["northwind__*", "handmade__*"]
    return ["bronze_rows_checked", *(f"{kind}_{table}" for table in tables for kind in ("base", "hist"))]


def _deliver_csv(lab: Lab, step: int) -> None:
    """The files of a real DMS task, if they are there, and those made by hand: first what has no before
    images, then the rest."""
    made_by_hand = HERE / "data"
    for source, folder in (("northwind", shared_data("northwind_dms")), ("handmade", made_by_hand)):
        if folder is None or step > 1:
            continue
        for file in sorted(folder.glob("public/*/*.csv")):
            with_before_images = file.name[0] == "2" and file.name >= BEFORE_IMAGES_SINCE
            if with_before_images == (step == 1):
                _copy(file, lab.lake / "bronze" / source / file.relative_to(folder))


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)
    # the real files are read-only
    to.chmod(0o644)
