"""The dbt unit tests of the shared macros (project/models/units), each a test here."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.silver.lab import HERE, Lab


def _unit_tests() -> list[str]:
    names = []
    for path in sorted(Path(HERE, "project", "models", "units").glob("*.yml")):
        names += [test["name"] for test in yaml.safe_load(path.read_text("utf-8")).get("unit_tests", [])]
    return names


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab in which the units were built and tested."""
    lab = Lab(tmp_path_factory.mktemp("units"))
    lab.dbt("build", "--select", "path:models/units")
    return lab


@pytest.mark.parametrize("name", _unit_tests())
def test_unit(lab: Lab, name: str) -> None:
    assert lab.statuses.get(name) == "pass", lab.messages.get(name)
