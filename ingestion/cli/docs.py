"""The dbt docs page."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingestion.cli.dbt import run_dbt
from ingestion.errors import LandfallError
from ingestion.home import Home


def build_docs(home: Home, *, compiled: bool = False) -> Path:
    """Generates the docs of the project and its warehouse as one page that opens from disk.

    `compiled`: the last command in this home was a whole build, so its models need no compiling.
    """
    result = run_dbt(home, "docs", "generate", "--static", *(["--no-compile"] if compiled else []))
    page = home.dbt / "static_index.html"
    if not result.succeeded or not page.exists():
        raise LandfallError(f"dbt docs generate failed; its log: {home.dbt}/logs/dbt.log")
    home.site.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(page, home.site / "index.html"))
