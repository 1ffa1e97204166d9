"""A server that keeps commit times, a zygote of dbt, and players of histories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.histories.stage import Stage


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Where histories are played, PostgreSQL to DuckDB."""
    with Stage(tmp_path_factory.mktemp("histories")) as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    return tmp_path
