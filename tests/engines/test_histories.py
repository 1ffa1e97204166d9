"""Histories on the stand-ins: silver equals the source there too, builds that are killed included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.engines.athena.histories_target import AthenaTarget
from tests.engines.redshift.histories_target import RedshiftTarget
from tests.engines.redshift.stand_in import stand_in
from tests.engines.shop import athena_or_duckdb
from tests.histories.duckdb_target import DuckdbTarget
from tests.histories.postgres_source import PostgresHistories
from tests.histories.soak import steps_of
from tests.histories.stage import Stage
from tests.histories.steps import (
    Build,
    Delete,
    Insert,
    KillBuild,
    KillReplica,
    Rekey,
    Reload,
    Replicate,
    Step,
    Swap,
    Update,
    Work,
)

# When to kill a build: while it writes its tables.
MILLISECONDS = {"athena": 4000, "redshift": 600}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Stage]]:
    """Where histories are played, by target."""
    opened: dict[str, Stage] = {}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:

        def open_stage(target: str) -> Stage:
            scratch = tmp_path_factory.mktemp(target)
            make, variables = TARGETS[target](stack, scratch)
            for name, value in {**variables, "LANDFALL_TARGET": target}.items():
                environment.setenv(name, value)
            return stack.enter_context(Stage(scratch, PostgresHistories(scratch), make))

        yield lambda target: opened.get(target) or opened.setdefault(target, open_stage(target))


def _athena(stack: ExitStack, scratch: Path) -> tuple[Callable[[Path, Path], DuckdbTarget], dict[str, str]]:
    running = stack.enter_context(athena_or_duckdb(scratch / "stand-in"))
    variables = {**running.environment, "LANDFALL_PRELOAD": "tests.engines.dbt_preload"}
    return partial(AthenaTarget, stand_in=running), variables


def _redshift(stack: ExitStack, scratch: Path) -> tuple[Callable[[Path, Path], DuckdbTarget], dict[str, str]]:
    running = stack.enter_context(stand_in(scratch / "stand-in"))
    return partial(RedshiftTarget, warehouse=running), running.environment()


TARGETS = {"athena": _athena, "redshift": _redshift}
each_target = pytest.mark.parametrize("target", TARGETS)


@each_target
def test_keys_swap_a_table_is_loaded_again_and_a_build_is_killed(
    stages: Callable[[str], Stage], target: str
) -> None:
    figures = stages(target).play(
        (
            Work(0, tuple(Insert(table, key, key) for table in ("things", "lines") for key in range(4))),
            Replicate(),
            Build(),
            Work(0, (Swap("things", 0, 1), Rekey("things", 2, 5), Update("things", 0, 3, 2))),
            Work(1, (Swap("lines", 0, 3), Rekey("lines", 1, 5), Delete("lines", 2))),
            Work(0, (Delete("things", 1), Insert("things", 1, 4))),
            Replicate(),
            KillBuild(MILLISECONDS[target]),
            Work(0, (Delete("things", 0), Insert("lines", 2, 1))),
            Reload("DROP_AND_CREATE"),
            Build(),
        )
    )
    assert figures["build kills"] == 1


@pytest.mark.parametrize(("target", "seed"), [("athena", 1), ("redshift", 5), ("redshift", 11)])
def test_a_seeded_history(stages: Callable[[str], Stage], target: str, seed: int) -> None:
    with stages(target).player() as (player, _, _):
        steps = steps_of(seed, 25, 4, player.figures)
        player.play(_without_kills(steps) if target == "athena" else steps)


def _without_kills(steps: Iterable[Step]) -> Iterator[Step]:
    """The stand-in's S3 keeps the half of a file whose sender died; the real one keeps none."""
    for step in steps:
        if isinstance(step, KillReplica):
            step = Reload() if step.reload else Replicate()
        yield step
