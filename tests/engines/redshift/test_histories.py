"""Histories on the stand-in: silver equals the source there too, builds that are killed included."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.engines.redshift.histories_target import RedshiftTarget
from tests.engines.redshift.stand_in import StandIn
from tests.histories.postgres_source import PostgresHistories
from tests.histories.soak import steps_of
from tests.histories.stage import Stage
from tests.histories.steps import (
    Build,
    Delete,
    Insert,
    KillBuild,
    Rekey,
    Reload,
    Replicate,
    Swap,
    Update,
    Work,
)


@pytest.fixture(scope="module")
def stage(redshift: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LANDFALL_TARGET", "redshift")
        for name, value in redshift.environment().items():
            environment.setenv(name, value)
        target = partial(RedshiftTarget, warehouse=redshift)
        scratch = tmp_path_factory.mktemp("histories")
        with Stage(scratch, PostgresHistories(scratch), target) as opened:
            yield opened


def test_keys_swap_a_table_is_loaded_again_and_a_build_is_killed(stage: Stage) -> None:
    stage.play(
        (
            Work(0, tuple(Insert(table, key, key) for table in ("things", "lines") for key in range(4))),
            Replicate(),
            Build(),
            Work(0, (Swap("things", 0, 1), Rekey("things", 2, 5), Update("things", 0, 3, 2))),
            Work(1, (Swap("lines", 0, 3), Rekey("lines", 1, 5), Delete("lines", 2))),
            Work(0, (Delete("things", 1), Insert("things", 1, 4))),
            Replicate(),
            KillBuild(600),
            Work(0, (Delete("things", 0), Insert("lines", 2, 1))),
            Reload("DROP_AND_CREATE"),
            Build(),
        )
    )


def test_a_seeded_history(stage: Stage) -> None:
    with stage.player() as (player, _, _):
        player.play(steps_of(5, 25, 4, player.figures))
