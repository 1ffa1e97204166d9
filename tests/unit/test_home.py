"""A home's warehouse after a kill."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.home import clear_stub


@pytest.mark.parametrize("size", [0, 4096, 8192])
def test_what_a_kill_left_of_a_warehouse_that_was_being_made_is_cleared(tmp_path: Path, size: int) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(warehouse)).close()
    warehouse.write_bytes(warehouse.read_bytes()[:size])
    with pytest.raises(duckdb.IOException):
        duckdb.connect(str(warehouse))
    clear_stub(warehouse)
    duckdb.connect(str(warehouse)).close()


def test_a_warehouse_that_was_made_stays(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(warehouse)).close()
    clear_stub(warehouse)
    assert warehouse.exists()
    clear_stub(tmp_path / "nothing.duckdb")
