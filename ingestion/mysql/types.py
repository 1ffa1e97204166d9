"""How a MySQL type becomes a bronze column.

A value comes from the log as text and from a full load as the server gives it to a query; both become
one bronze value, equal to the last digit, through an expression of DuckDB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_INTEGERS = {
    "tinyint": "tinyint",
    "smallint": "smallint",
    "mediumint": "integer",
    "int": "integer",
    "bigint": "bigint",
}
_STRINGS = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"}
_BYTES = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}
_SHAPES = {
    "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
    "geometrycollection", "geomcollection",
}  # fmt: skip


@dataclass(frozen=True)
class TypeRule:
    """`bronze`: DuckDB's name of the type in the file. `load`: what a query asks the server for.
    `log` and `loaded`: DuckDB's expressions over the log's text and over what the query brought."""

    bronze: str
    log: str = "{}"
    load: str = "{}"
    loaded: str = "{}"


_TEXT = TypeRule("varchar", load="cast({} as char)")
# What the log decodes to is hexadecimal text.
_BLOB = TypeRule("blob", log="unhex({})")


def _moment(bronze: str) -> TypeRule:
    # Zero dates, and dates with a month or day of zero or a 31 February, have no place in bronze.
    value = "case when {} not like '0000%' then try_cast({} as " + bronze + ") end"
    return TypeRule(bronze, log=value, load="cast({} as char)", loaded=value)


def type_rule(column_type: str) -> TypeRule:
    """The rule for a type as information_schema's `column_type` names it. What is unknown travels as
    text."""
    words = re.sub(r"\(.*\)|/\*.*?\*/", " ", column_type.lower(), flags=re.DOTALL).split()
    base = words[0]
    arguments = re.search(r"\(([\d,]+)\)", column_type)
    if base in _INTEGERS:
        return TypeRule(("u" if "unsigned" in words else "") + _INTEGERS[base])
    if base in _STRINGS:
        return TypeRule("varchar")
    if base in _BYTES:
        return _BLOB
    if base in _SHAPES:
        return TypeRule("blob", log="unhex({})", load="cast({} as binary)")
    match base:
        case "decimal":
            precision, _, scale = (arguments.group(1) if arguments else "10,0").partition(",")
            if int(precision) > 38:
                return _TEXT
            return TypeRule(f"decimal({precision},{scale or 0})", load="cast({} as char)")
        case "float" | "double":
            # DMS makes REAL8 of both
            return TypeRule("double")
        case "bit" if (arguments.group(1) if arguments else "1") == "1":
            return TypeRule("boolean", load="{} + 0")
        case "bit":
            return _BLOB
        case "year":
            return TypeRule("smallint")
        case "date":
            return _moment("date")
        case "datetime" | "timestamp":
            # a DATETIME keeps its wall time; a TIMESTAMP comes in UTC, as the session is
            return _moment("timestamp")
        case _:
            # among them TIME, which can be negative and longer than a day
            return _TEXT
