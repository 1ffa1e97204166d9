"""The matrix cannot lie: its tests exist, are of the engines that it says, and its page is up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.home import REPOSITORY
from tests.guarantees.matrix import PAGE, Matrix, load, render

# What a test's id must hold to be of that engine; the others must hold none of these words.
ENGINE_WORDS = {"athena": "athena", "redshift": "redshift", "mysql": "mysql|mariadb"}
# These tests build and look at the sources of both engines together.
OF_ALL_SOURCES = (
    "e2e/test_shops.py::test_incremental_builds_of_all_shops_equal_a_full_refresh",
    "e2e/test_shops.py::test_an_incremental_build_of_a_fact_rewrites_only_changed_orders",
    "engines/test_parity.py::test_a_first_build_gives_the_rows_of_duckdb",
    "engines/test_parity.py::test_an_incremental_build_gives_the_rows_of_duckdb",
    "engines/test_parity.py::test_a_full_refresh_gives_the_rows_of_duckdb",
    "engines/test_parity.py::test_a_full_refresh_equals_the_increments",
    "engines/test_parity.py::test_an_incremental_build_on_athena_opens_only_new_bronze_files",
    "engines/test_parity.py::test_a_build_without_new_files_reads_no_bronze_on_athena",
)


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return load()


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """Every test there is, with its parameters and without."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    ids = {line for line in done.stdout.splitlines() if "::" in line}
    return ids | {test.split("[")[0] for test in ids}


def test_every_named_test_is_there(matrix: Matrix, collected: set[str]) -> None:
    assert not sorted(matrix.tests() - collected)


def test_every_cell_names_tests_of_its_own_engines(matrix: Matrix) -> None:
    wrong = [
        (guarantee.words, cell)
        for guarantee in matrix.guarantees()
        for cell in guarantee.cells
        if cell.kind == "shown"
        for test in cell.says
        for engine, words in ENGINE_WORDS.items()
        if (not test.startswith(OF_ALL_SOURCES) if engine == "mysql" else cell.target is not None)
        and bool(re.search(words, test)) != (engine in (cell.source, cell.target))
    ]
    assert not wrong


def test_every_gap_has_its_reason(matrix: Matrix) -> None:
    bare = [
        (guarantee.words, cell)
        for guarantee in matrix.guarantees()
        for cell in guarantee.cells
        if cell.kind != "shown" and len(cell.says[0].split()) < 3
    ]
    assert not bare


def test_the_page_is_up_to_date(matrix: Matrix) -> None:
    assert PAGE.read_text("utf-8") == render(matrix), "run `make guarantees`"


def test_a_matrix_with_a_missing_cell_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yml"
    path.write_text(
        "sources: {postgres: x}\ntargets: {duckdb: x, athena: x}\n"
        "sections: {a: [{promise: It holds., postgres: {duckdb: unit/test_x.py::test_y}}]}\n",
        "utf-8",
    )
    with pytest.raises(ValueError, match="needs a cell for each"):
        load(path)
