"""One stand-in for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.redshift.stand_in import StandIn, stand_in


@pytest.fixture(scope="module")
def redshift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with stand_in(tmp_path_factory.mktemp("redshift")) as running:
        yield running
