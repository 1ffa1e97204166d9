"""Servers whose commit times can be known, zygotes of dbt, and players of histories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.histories.stage import SOURCES, Stage


@pytest.fixture(scope="package")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Stage]]:
    """Where histories are played, by the source's engine, with DuckDB as the target."""
    opened: dict[str, Stage] = {}
    with ExitStack() as stack:

        def stage(source: str) -> Stage:
            if source not in opened:
                scratch = tmp_path_factory.mktemp("histories")
                opened[source] = stack.enter_context(Stage(scratch, SOURCES[source](scratch)))
            return opened[source]

        yield stage


@pytest.fixture
def stage(stages: Callable[[str], Stage], request: pytest.FixtureRequest) -> Stage:
    """PostgreSQL's, or that of the engine which the test names as the fixture's parameter."""
    return stages(getattr(request, "param", "postgres"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    return tmp_path
