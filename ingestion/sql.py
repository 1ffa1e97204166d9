"""Names and texts in SQL, as PostgreSQL and DuckDB write them."""

from __future__ import annotations


def sql_text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'
