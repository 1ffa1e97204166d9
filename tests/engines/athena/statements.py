"""What an Athena statement is, and the parts of it that do not reach Trino as they are.

Athena has two grammars: Trino's for queries and what writes rows, Hive's for most definitions, with
back-quotes. Each statement is refused here in the grammar that Athena does not take it in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Athena's limit on the text of a statement
MAX_BYTES = 262_144
# Properties that only Athena knows
_DROPPED = re.compile(r"is_external|table_type|write_compression|vacuum_\w+|optimize_\w+")
_NAME = r"`?(\w+)`?\.`?(\w+)`?"
# no table: the second group is empty
_SCHEMA = r"(?:schema|database)\s+if\s+{}\s+`?(\w+)`?()(.*)"
_CTAS = re.compile(r'create\s+table\s+(?:"?awsdatacatalog"?\.)?"?(\w+)"?\."?(\w+)"?\s+with\s*\(', re.I)


class Refused(Exception):
    """Athena would not take the statement."""


@dataclass(frozen=True)
class CreateTableAs:
    """`create table … with (…) as …`, taken apart."""

    schema: str
    table: str
    properties: dict[str, str]
    query: str

    @property
    def is_iceberg(self) -> bool:
        return self.properties.get("table_type", "").strip("'").lower() == "iceberg"

    def for_trino(self) -> str:
        """The same in Trino's words. Only a creation must name the catalog of its format."""
        kept = {name: value for name, value in self.properties.items() if not _DROPPED.fullmatch(name)}
        kept["format"] = kept.get("format", "'parquet'").upper()
        catalog = "iceberg" if self.is_iceberg else "awsdatacatalog"
        listed = ", ".join(f"{name} = {value}" for name, value in kept.items())
        return f'create table {catalog}."{self.schema}"."{self.table}" with ({listed}) as {self.query}'


@dataclass(frozen=True)
class HiveStatement:
    """A definition in Hive's grammar: `kind` and the table or schema that it is about."""

    kind: str
    schema: str
    table: str
    rest: str


_HIVE = {
    "create schema": re.compile(
        r"create\s+(?:schema|database)\s+if\s+not\s+exists\s+`?(\w+)`?()(.*)", re.I | re.S
    ),
    "drop schema": re.compile(r"drop\s+" + _SCHEMA.format("exists"), re.I | re.S),
    "drop table": re.compile(rf"drop\s+(?:table|view)\s+if\s+exists\s+{_NAME}(.*)", re.I | re.S),
    "create external table": re.compile(rf"create\s+external\s+table\s+{_NAME}(.*)", re.I | re.S),
    "set properties": re.compile(rf"alter\s+table\s+{_NAME}\s+set\s+tblproperties(.*)", re.I | re.S),
    "add columns": re.compile(rf"alter\s+table\s+{_NAME}\s+add\s+columns(.*)", re.I | re.S),
    "rename table": re.compile(rf"alter\s+table\s+{_NAME}\s+rename\s+to(.*)", re.I | re.S),
}


def parse(sql: str) -> str | CreateTableAs | HiveStatement:
    """A statement as Athena understands it; plain text is for Trino as it stands. Or Refused."""
    if len(sql.encode()) > MAX_BYTES:
        raise Refused(f"Your query has exceeded the maximum query length of {MAX_BYTES} bytes")
    body = re.sub(r"\A(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+", "", sql, flags=re.S).strip().rstrip(";").rstrip()
    first = body.split(None, 1)[0].lower() if body else ""
    if first in ("select", "with", "insert", "merge", "update", "delete", "show", "describe") or re.match(
        r"create\s+or\s+replace\s+view", body, re.I
    ):
        return body
    if re.match(r"create\s+table\b", body, re.I):
        return _create_table_as(body)
    for kind, pattern in _HIVE.items():
        found = pattern.fullmatch(body)
        if found:
            return HiveStatement(kind, found[1].lower(), found[2].lower(), found[3].strip())
    raise Refused(f"FAILED: ParseException line 1:0 cannot recognize input near '{body[:60]}'")


def renamed_to(rest: str) -> tuple[str, str]:
    """The new schema and name of `rename to`."""
    found = re.fullmatch(_NAME, rest)
    if not found:
        raise Refused(f"FAILED: ParseException: cannot recognize input near '{rest}'")
    return found[1].lower(), found[2].lower()


def literal_pairs(rest: str) -> dict[str, str]:
    """The properties in ('a' = 'b', …)."""
    return dict(re.findall(r"'([^']*)'\s*=\s*'([^']*)'", rest))


def column_definitions(rest: str) -> tuple[list[tuple[str, str]], str]:
    """The columns of (`a` string, …) with their Hive types, and what follows the parenthesis."""
    inside, after = _in_parentheses(rest)
    columns = []
    for part in _split(inside):
        found = re.fullmatch(r"`?(\w+)`?\s+(.+?)(?:\s+comment\s+'.*')?", part.strip(), re.I | re.S)
        if not found:
            raise Refused(f"FAILED: ParseException: cannot recognize input near '{part.strip()}'")
        columns.append((found[1].lower(), found[2].strip().lower()))
    return columns, after


def _create_table_as(body: str) -> CreateTableAs:
    found = _CTAS.match(body)
    if not found:
        raise Refused("SYNTAX_ERROR: a table is made by `create table … with (…) as`, or as external")
    inside, after = _in_parentheses(body[found.end() - 1 :])
    query = re.match(r"\s*as\b(.*)", after, re.I | re.S)
    if not query:
        raise Refused("mismatched input; Expecting: 'AS'")
    properties = {}
    for part in _split(inside):
        name, _, value = part.partition("=")
        properties[name.strip().lower()] = value.strip()
    created = CreateTableAs(found[1].lower(), found[2].lower(), properties, query[1].strip())
    if created.is_iceberg and properties.get("is_external", "").lower() != "false":
        raise Refused("NOT_SUPPORTED: External Iceberg table is not supported: set is_external = false")
    return created


def _in_parentheses(text: str) -> tuple[str, str]:
    """What stands in the parenthesis that `text` begins with, and what follows it."""
    depth, quoted = 0, ""
    for at, character in enumerate(text):
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "'\"`":
            quoted = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
            if depth == 0:
                return text[text.index("(") + 1 : at], text[at + 1 :]
    raise Refused("mismatched input '<EOF>': a parenthesis is not closed")


def _split(inside: str) -> list[str]:
    """The parts between the outer commas."""
    parts, depth, quoted, start = [], 0, "", 0
    for at, character in enumerate(inside):
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "'\"`":
            quoted = character
        elif character in "([<":
            depth += 1
        elif character in ")]>":
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(inside[start:at])
            start = at + 1
    return [part for part in [*parts, inside[start:]] if part.strip()]
