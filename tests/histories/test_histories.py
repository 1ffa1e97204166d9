"""Silver equals the source, whatever happened: random histories, and the known unsafe ones."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import HealthCheck, given, note, settings

from tests.histories.generate import histories
from tests.histories.soak import steps_of
from tests.histories.stage import SOURCES, Stage
from tests.histories.steps import (
    Build,
    Delete,
    FullRefresh,
    History,
    Insert,
    KillReplica,
    Rekey,
    Reload,
    Replicate,
    Step,
    Swap,
    Truncate,
    Update,
    Work,
)

# Each plays in a few seconds. They run every time, and first: what a mistake in the macros breaks.
KNOWN: dict[str, History] = {
    "deleted, inserted again, deleted": (
        Work(0, (Insert("things", 0, 0), Insert("lines", 0, 0))),
        Replicate(),
        Build(),
        Work(0, (Delete("things", 0), Insert("things", 0, 3), Delete("lines", 0))),
        Replicate(),
        Build(),
        Work(0, (Delete("things", 0), Insert("lines", 0, 2))),
    ),
    "keys change and swap, with and without a large value": (
        Work(0, tuple(Insert("things", key, key) for key in range(4))),
        Work(0, tuple(Insert("lines", key, key) for key in range(4))),
        Replicate(),
        Build(),
        Work(0, (Swap("things", 0, 1), Rekey("things", 2, 5), Update("things", 0, 3, 2))),
        Work(1, (Swap("lines", 0, 3), Rekey("lines", 1, 5), Rekey("lines", 5, 4))),
        Replicate(),
        Build(),
        Work(1, (Swap("things", 1, 3), Delete("things", 3))),
    ),
    "commits in another order than begins, across a reload": (
        Work(0, (Insert("things", 0, 0),), end=None),
        Work(1, (Insert("things", 1, 1), Insert("lines", 1, 1))),
        Replicate(meanwhile=True),
        Work(1, (Update("things", 1, 0, 2),)),
        Work(0, (Update("things", 0, 0, 3),), end="commit"),
        Build(),
        Work(0, (Delete("things", 1),)),
        Reload("DROP_AND_CREATE", meanwhile=True),
        Work(1, (Insert("things", 1, 4), Delete("lines", 1), Insert("lines", 2, 1))),
        Build(),
        FullRefresh(),
    ),
    "killed between file and checkpoint, built in between": (
        Work(0, (Insert("things", 0, 0), Insert("lines", 0, 0))),
        KillReplica(3),
        Build(),
        Work(0, (Delete("lines", 0), Update("things", 0, 0, 1))),
        Replicate(),
        Work(0, (Update("things", 0, 0, 2), Insert("lines", 0, 1), Delete("things", 0))),
        KillReplica(2),
        Build(),
        Work(0, (Insert("things", 0, 4),)),
        KillReplica(4),
        Build(),
    ),
}

QUICK = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    # an example takes seconds, and what it finds depends on processes: nothing to keep
    database=None,
)

# the length of a seeded history, and how often it replicates, builds or kills
OPERATIONS = 30
WORKS_PER_CONTROL = 2


on_each_source = pytest.mark.parametrize("stage", SOURCES, indirect=True)


@on_each_source
@pytest.mark.parametrize("name", KNOWN)
def test_known_histories(stage: Stage, name: str) -> None:
    stage.play(KNOWN[name])


@settings(QUICK, derandomize=True)
@given(steps=histories(16))
def test_random_histories_that_shrink(stage: Stage, steps: list[Step]) -> None:
    note(f"steps: {steps}")
    stage.play(steps)


@pytest.mark.parametrize(
    ("stage", "seed"),
    [
        *(("postgres", seed) for seed in (1, 2, 3, "random 0", "random 1")),
        *(("mariadb", seed) for seed in (1, "random 0")),
    ],
    indirect=["stage"],
)
def test_seeded_histories(stage: Stage, seed: int | str, request: pytest.FixtureRequest) -> None:
    source = request.node.callspec.params["stage"]
    number = seed if isinstance(seed, int) else secrets.randbelow(10**9)
    print(
        f"again with: python -m tests.histories.soak --source {source} --first-seed {number} --seeds 1 "
        f"--operations {OPERATIONS} --works-per-control {WORKS_PER_CONTROL}"
    )
    with stage.player() as (player, _, _):
        player.play(steps_of(number, OPERATIONS, WORKS_PER_CONTROL, player.figures))


@on_each_source
def test_a_truncate_is_seen_by_reconcile_until_the_table_is_loaded_again(stage: Stage) -> None:
    with stage.player() as (player, source, target):
        rows = (Insert("things", 0, 0), Insert("things", 1, 1), Insert("lines", 0, 0))
        player.play([Work(0, rows)])
        player.steps([Truncate("things"), Work(0, (Insert("things", 2, 0),)), Replicate(), Build()])
        differences = {result.table: result.extra for result in target.reconcile(source)}
        # the two rows and whatever anchors the load: bronze keeps what it has
        assert differences["things"] >= 2 and differences["lines"] == 0
        player.steps([Reload()])
        player.check()


def test_an_emptied_table_that_is_loaded_again_leaves_no_file(stage: Stage) -> None:
    """As with DMS: no row, no file, so nothing tells silver that the rows are gone; reconcile does."""
    with stage.player() as (player, source, target):
        player.play([Work(0, (Insert("lines", 0, 0),))])
        player.steps([Truncate("lines"), Reload(anchored=False), Build()])
        differences = {result.table: result.extra for result in target.reconcile(source)}
        assert differences["lines"] >= 1
