"""LANDFALL_HOME: the one folder where everything that is made at run time lies."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import LandfallError

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Home:
    """Paths below the home; all absolute. `lake` is a folder or an s3:// address."""

    path: Path
    lake: str

    @classmethod
    def find(cls, given: Path | None = None) -> Home:
        """`given`, else LANDFALL_HOME, else .landfall in the repository. Made if it is missing.

        The lake is where LANDFALL_LAKE says, else a folder of the home.
        """
        path = given or Path(os.environ.get("LANDFALL_HOME") or REPOSITORY / ".landfall")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LandfallError(
                f"cannot use {path} as the home ({error.strerror}); choose another with --home"
            ) from None
        path = path.resolve()
        lake = os.environ.get("LANDFALL_LAKE") or str(path / "lake")
        # dbt and DuckDB take the place into patterns and SQL
        if odd := re.search(r"""['"*?\[\]{}\\\x00-\x1f]""", lake):
            raise LandfallError(
                f"the lake at {lake} has a {odd.group()!r} in its name, where quotes, brackets and wildcards "
                "mean something else: choose another place with --home or LANDFALL_LAKE"
            )
        return cls(path, lake=lake)

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.path / "warehouse.duckdb"

    @property
    def state(self) -> Path:
        """Checkpoints of the replica."""
        return self.path / "state"

    @property
    def postgres(self) -> Path:
        """Data directory of the sample PostgreSQL server."""
        return self.path / "servers" / "postgres"

    @property
    def mariadb(self) -> Path:
        """Data directory of the sample MariaDB server."""
        return self.path / "servers" / "mariadb"

    @property
    def site(self) -> Path:
        """Generated pages."""
        return self.path / "site"

    @property
    def dbt(self) -> Path:
        """dbt's artifacts and logs of runs that the CLI started."""
        return self.path / "dbt"


def clear_stub(warehouse: Path) -> None:
    """Removes what a kill left of a DuckDB file in the instant of its making, which DuckDB refuses to open.

    DuckDB writes three headers of 4 KB first; a shorter file never held a table.
    """
    if warehouse.is_file() and warehouse.stat().st_size < 3 * 4096:
        warehouse.unlink()
