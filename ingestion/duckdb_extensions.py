"""Puts DuckDB's extensions, which come as wheels, where `install` would have downloaded them to.

`python -m ingestion.duckdb_extensions DIR` fills DIR, which DuckDB then takes as its
`extension_directory`. The Makefile does it once, for dbt on an S3 lake.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb
import duckdb_extension_httpfs


def place(directory: Path) -> Path:
    """Copies httpfs below `directory` and returns its path."""
    (extension,) = Path(duckdb_extension_httpfs.__path__[0]).rglob("*.duckdb_extension")
    row = duckdb.execute("select platform from pragma_platform()").fetchone()
    assert row is not None
    target = directory / f"v{duckdb.__version__}" / row[0] / extension.name
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(extension, target))


if __name__ == "__main__":
    place(Path(sys.argv[1]))
