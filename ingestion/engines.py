"""The kinds of databases that a source can be, by the registry's word for them."""

from __future__ import annotations

import os
import re

from ingestion.errors import LandfallError
from ingestion.live import Engine
from ingestion.mysql.engine import MysqlEngine
from ingestion.postgres.engine import PostgresEngine
from ingestion.registry import Source

_ENGINES: dict[str, Engine] = {"postgres": PostgresEngine(), "mysql": MysqlEngine()}


def engine_of(source: Source) -> Engine:
    """The engine of a source, or LandfallError."""
    if source.engine not in _ENGINES:
        raise LandfallError(
            f"{source.path}: source '{source.name}' is {source.engine}; an engine is one of "
            f"{', '.join(_ENGINES)}"
        )
    return _ENGINES[source.engine]


def dsn_variable(source: str) -> str:
    """The environment variable that says where a source is: one that a shell can export."""
    return f"LANDFALL_{re.sub('[^A-Z0-9]', '_', source.upper())}_DSN"


def source_dsn(source: Source) -> str:
    """The connection string of a source, from the environment: a password given so never shows in a
    process list."""
    variable = dsn_variable(source.name)
    dsn = os.environ.get(variable)
    if not dsn:
        raise LandfallError(
            f"where is the database of source '{source.name}'? "
            f'Set {variable}, for example "{engine_of(source).dsn_example}"'
        )
    return dsn
