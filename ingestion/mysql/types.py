"""How a MySQL type becomes a bronze column.

A value comes from the log as text and from a full load as the server gives it to a query; both become
one bronze value, equal to the last digit, through an expression of DuckDB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ingestion.live import TypeRule

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


# To DMS these are LOBs; a TEXT is a long string.
_LOBS = {"mediumtext", "longtext", "blob", "mediumblob", "longblob"}


@dataclass(frozen=True)
class MysqlRule(TypeRule):
    """`load` is what a query asks the server for, `loaded` DuckDB's expression over what it brought."""

    load: str = "{}"
    loaded: str = "{}"


_TEXT = MysqlRule("varchar", load="cast({} as char)")
# What the log decodes to is hexadecimal text.
_BLOB = MysqlRule("blob", log="unhex({})")


def _moment(bronze: str) -> MysqlRule:
    # Zero dates, and dates with a month or day of zero or a 31 February, have no place in bronze.
    value = "case when {0} not like '0000%' then try_cast({0} as " + bronze + ") end"
    return MysqlRule(bronze, log=value, load="cast({} as char)", loaded=value)


def type_rule(column_type: str) -> MysqlRule:
    """The rule for a type as information_schema's `column_type` names it. What is unknown travels as
    text."""
    words = re.sub(r"\(.*\)|/\*.*?\*/", " ", column_type.lower(), flags=re.DOTALL).split()
    base = words[0]
    arguments = re.search(r"\(([\d,]+)\)", column_type)
    if base in _INTEGERS:
        return MysqlRule(("u" if "unsigned" in words else "") + _INTEGERS[base])
    if base in _STRINGS:
        return MysqlRule("varchar", is_lob=base in _LOBS)
    if base in _BYTES:
        return replace(_BLOB, is_lob=base in _LOBS)
    if base in _SHAPES:
        return replace(_BLOB, load="cast({} as binary)", is_lob=True)
    match base:
        case "decimal":
            precision, _, scale = (arguments.group(1) if arguments else "10,0").partition(",")
            if int(precision) > 38:
                return _TEXT
            return MysqlRule(f"decimal({precision},{scale or 0})", load="cast({} as char)")
        case "float" | "double":
            # DMS makes REAL8 of both
            return MysqlRule("double")
        case "json":
            return replace(_TEXT, is_lob=True)
        case "bit" if (arguments.group(1) if arguments else "1") == "1":
            return MysqlRule("boolean", load="{} + 0")
        case "bit":
            return _BLOB
        case "year":
            return MysqlRule("smallint")
        case "date":
            return _moment("date")
        case "datetime" | "timestamp":
            # a DATETIME keeps its wall time; a TIMESTAMP comes in UTC, as the session is
            return _moment("timestamp")
        case _:
            # among them TIME, which can be negative and longer than a day
            return _TEXT
