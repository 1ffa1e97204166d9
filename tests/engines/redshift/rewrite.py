"""Rewrites a statement for Amazon Redshift into one that PostgreSQL runs to the same effect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot.dialects.redshift import Redshift
from sqlglot.errors import TokenError
from sqlglot.tokens import Token, TokenType

from tests.engines.redshift.refusals import Refused, check

# The schema of what shim.sql makes.
SHIM = "redshift_standin"

# Catalog queries, dbt's own for the most part: the leader node, which is a PostgreSQL, answers them.
_CATALOG = re.compile(r"\b(information_schema|pg_\w+|svv_\w+)\b", re.IGNORECASE)
_LATE_BINDING = re.compile(
    r"create\s+(?:or\s+replace\s+)?view\s+(?P<view>[^\s(]+)\s+as\s*\((?P<query>.*)\)\s*"
    r"with\s+no\s+schema\s+binding\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_DATE_PART_FIRST = frozenset({"dateadd", "datediff", "date_part"})


@dataclass
class Storage:
    """How a table is distributed and sorted, as its DDL says."""

    diststyle: str | None = None
    distkey: str | None = None
    sortkeys: list[str] = field(default_factory=list)

    def comment(self) -> str:
        """For the event trigger of shim.sql, which reads it from the statement that runs."""
        return f"\n/* redshift: {json.dumps(self.__dict__)} */"


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


@lru_cache(maxsize=512)
def translate(sql: str) -> str:
    """The statement for PostgreSQL; for one that Redshift refuses, a statement that raises its words."""
    try:
        tokens = Redshift().tokenize(sql)
    except TokenError:
        return sql  # PostgreSQL says what is wrong with it
    try:
        if not _CATALOG.search(sql):
            check(tokens, sql)
    except Refused as refused:
        return f"select {SHIM}.refuse({_literal(str(refused))})"
    storage = Storage()
    edits = [*_words(tokens), *_columns(tokens), *_storage(tokens, storage)]
    for edit in sorted(edits, key=lambda edit: -edit.start):
        sql = sql[: edit.start] + edit.text + sql[edit.end :]
    late_binding = _LATE_BINDING.search(sql)
    if late_binding:
        view, query = _literal(late_binding["view"]), _literal(late_binding["query"])
        return f"select {SHIM}.create_late_binding_view({view}, {query})"
    return sql + storage.comment() if storage != Storage() else sql


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _words(tokens: Sequence[Token]) -> Iterator[_Edit]:
    """Single words that mean something else, or nothing, in PostgreSQL."""
    for place, token in enumerate(tokens):
        word = token.text.lower()
        after = tokens[place + 1].text if place + 1 < len(tokens) else ""
        if token.token_type == TokenType.IDENTIFIER:
            # names in double quotes are folded too, unless enable_case_sensitive_identifier is on
            yield _Edit(token.start, token.end + 1, '"' + word.replace('"', '""') + '"')
        elif token.token_type in (TokenType.STRING, TokenType.HEREDOC_STRING):
            continue
        elif word == "sysdate":
            yield _Edit(token.start, token.end + 1, "(now() at time zone 'utc')")
        elif word in ("numeric", "decimal") and after != "(":
            yield _Edit(token.start, token.end + 1, f"{word}(18,0)")
        elif word in ("varbyte", "varbinary"):
            yield from _varbyte(tokens, place)
        elif word == "max" and tokens[place - 1].text == "(" and after == ")":
            yield _Edit(token.start, token.end + 1, "65535")
        elif word in _DATE_PART_FIRST and after == "(":
            part = tokens[place + 2]
            if part.token_type != TokenType.STRING:
                yield _Edit(part.start, part.end + 1, f"'{part.text}'")


def _varbyte(tokens: Sequence[Token], place: int) -> Iterator[_Edit]:
    end = place
    if place + 1 < len(tokens) and tokens[place + 1].text == "(":
        end = _closing(tokens, place + 1)
    yield _Edit(tokens[place].start, tokens[end].end + 1, "bytea")


def _columns(tokens: Sequence[Token]) -> Iterator[_Edit]:
    """Text types without a length in the column list of a CREATE TABLE."""
    words = [token.text.lower() for token in tokens]
    if words[:2] not in (["create", "table"], ["create", "temporary"]) or "(" not in words:
        return
    opening = words.index("(")
    if {"as", "diststyle", "distkey", "sortkey"} & set(words[:opening]):
        return
    for place in range(opening, _closing(tokens, opening)):
        if (
            words[place] in ("varchar", "text")
            and words[place + 1] != "("
            and tokens[place].token_type != TokenType.IDENTIFIER
        ):
            yield _Edit(tokens[place].start, tokens[place].end + 1, "varchar(256)")


def _storage(tokens: Sequence[Token], storage: Storage) -> Iterator[_Edit]:
    """Takes the attributes of a table out of its DDL."""
    if not tokens or tokens[0].text.lower() != "create":
        return
    words = [
        "" if token.token_type in (TokenType.IDENTIFIER, TokenType.STRING) else token.text.lower()
        for token in tokens
    ]
    for place, word in enumerate(words):
        end = place
        if word == "diststyle":
            end = place + 1
            storage.diststyle = words[end]
        elif word in ("distkey", "sortkey") and words[place + 1] == "(":
            end = _closing(tokens, place + 1)
            names = [token.text.lower() for token in tokens[place + 2 : end] if token.text != ","]
            if word == "distkey":
                storage.distkey = names[0]
            else:
                storage.sortkeys = names
        elif word in ("compound", "interleaved") and words[place + 1] == "sortkey":
            pass
        elif word == "backup" and words[place + 1] in ("no", "yes"):
            end = place + 1
        else:
            continue
        yield _Edit(tokens[place].start, tokens[end].end + 1, "")


def _closing(tokens: Sequence[Token], opening: int) -> int:
    depth = 0
    for place in range(opening, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[place].text, 0) if _is_paren(tokens[place]) else 0
        if depth == 0:
            return place
    return len(tokens) - 1


def _is_paren(token: Token) -> bool:
    return token.token_type in (TokenType.L_PAREN, TokenType.R_PAREN)
