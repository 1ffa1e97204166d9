"""What Amazon Redshift refuses and PostgreSQL would take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from tests.engines.redshift.functions import (
    FRAMED_FUNCTIONS,
    FUNCTIONS,
    RESERVED,
    SYNTAX,
    UNSUPPORTED_TYPES,
)


class Refused(Exception):
    """The statement is not for Amazon Redshift; the message is what the client gets."""


# Words that follow each other, and what the refusal calls them.
_PHRASES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("distinct", "on", "("), "DISTINCT ON"),
    (("filter", "("), "FILTER clause of an aggregate"),
    (("on", "conflict"), "ON CONFLICT"),
    (("lateral",), "LATERAL"),
    (("returning",), "RETURNING"),
    (("array", "["), "arrays"),
    (("is", "distinct", "from"), "IS DISTINCT FROM"),
    (("is", "not", "distinct", "from"), "IS NOT DISTINCT FROM"),
    (("create", "index"), "CREATE INDEX"),
    (("create", "unique", "index"), "CREATE INDEX"),
    (("create", "type"), "CREATE TYPE"),
    (("create", "domain"), "CREATE DOMAIN"),
    (("create", "sequence"), "CREATE SEQUENCE"),
    (("create", "trigger"), "CREATE TRIGGER"),
    (("create", "extension"), "CREATE EXTENSION"),
    (("create", "or", "replace", "table"), "CREATE OR REPLACE TABLE"),
    (("current_timestamp",), "CURRENT_TIMESTAMP on tables (use SYSDATE or GETDATE())"),
    (("localtimestamp",), "LOCALTIMESTAMP on tables (use SYSDATE or GETDATE())"),
    (("merge", "into", "only"), "MERGE INTO ONLY"),
    (("tablesample",), "TABLESAMPLE"),
)


def check(tokens: Sequence[Token], sql: str) -> None:
    """Raises Refused if the statement holds what Amazon Redshift does not know."""
    words = [_word(token) for token in tokens]
    for reason in (*_phrases(words), *_names(tokens, words)):
        raise Refused(f"not supported by Amazon Redshift: {reason}")
    tree = _tree(sql)
    if tree is None:
        return
    for window in tree.find_all(exp.Window):
        if _lacks_frame(window):
            raise Refused("Aggregate window functions with an ORDER BY clause require a frame clause")
    for merge in tree.find_all(exp.Merge):
        _check_merge(merge)
    if any(_is_unsupported_correlation(query) for query in tree.find_all(exp.Select)):
        raise Refused("This type of correlated subquery pattern is not supported yet")


def _word(token: Token) -> str:
    """A token as a lower-case word; quoted names and literals are no words."""
    if token.token_type in (TokenType.IDENTIFIER, TokenType.STRING, TokenType.HEREDOC_STRING):
        return ""
    return token.text.lower()


def _phrases(words: Sequence[str]) -> Iterator[str]:
    for place in range(len(words)):
        for phrase, name in _PHRASES:
            if tuple(words[place : place + len(phrase)]) == phrase:
                yield name


def _names(tokens: Sequence[Token], words: Sequence[str]) -> Iterator[str]:
    followers = [*words[1:], ""]
    for before, word, after in zip(["", *words], words, followers, strict=False):
        if not word or before == ".":
            continue
        if before in ("::", "as") and word in UNSUPPORTED_TYPES:
            yield f"type {word}"
        if before == "as" and word in RESERVED:
            yield f"the reserved word {word} as a name without double quotes"
        if (
            after == "("
            and word.isidentifier()
            and word not in FUNCTIONS | SYNTAX
            and before not in _DEFINING
        ):
            yield f"function {word}()"


# After these a name before a parenthesis is being given, not called.
_DEFINING = frozenset({"with", "into", "table", "as", "recursive"})


def _tree(sql: str) -> exp.Expression | None:
    """The parsed statement; none where sqlglot does not know it, which PostgreSQL then judges."""
    try:
        return sqlglot.parse_one(sql, read="redshift")
    except SqlglotError:
        return None


def _lacks_frame(window: exp.Window) -> bool:
    function = window.this
    if isinstance(function, exp.IgnoreNulls | exp.RespectNulls):
        function = function.this
    name = function.sql_name().lower() if isinstance(function, exp.Func) else ""
    return bool(window.args.get("order")) and not window.args.get("spec") and name in FRAMED_FUNCTIONS


def _check_merge(merge: exp.Merge) -> None:
    if not isinstance(merge.args["using"], exp.Table):
        raise Refused("not supported by Amazon Redshift: a MERGE whose source is not a table")
    if merge.this.alias:
        raise Refused("not supported by Amazon Redshift: an alias of the target table of MERGE")
    branches = [bool(when.args.get("matched")) for when in merge.args["whens"].expressions]
    if branches != [True, False] or any(when.args.get("condition") for when in merge.find_all(exp.When)):
        raise Refused(
            "not supported by Amazon Redshift: a MERGE without exactly one WHEN MATCHED and then one "
            "WHEN NOT MATCHED, both unconditional"
        )


def _is_unsupported_correlation(query: exp.Select) -> bool:
    """Whether a subquery refers to tables outside it in a way that cannot be decorrelated.

    Taken: conditions of its own WHERE, joined by AND, that compare for equality with the block right
    outside, of a subquery that itself stands in a WHERE that is joined by AND.
    """
    outer = {column for column in _own_columns(query) if column.table and column.table not in _sources(query)}
    if not outer or not isinstance(query.parent, exp.Exists | exp.Subquery | exp.In):
        return False
    block = query.parent.find_ancestor(exp.Select, exp.Delete, exp.Update)
    if block is None or any(column.table not in _sources(block) for column in outer):
        return block is not None
    if query.args.get("limit") or query.args.get("offset"):
        return True
    return any(not _is_plain_equality(column, query) for column in outer) or not _is_conjunct(
        query.parent, block
    )


def _own_columns(query: exp.Select) -> Iterator[exp.Column]:
    for column in query.find_all(exp.Column):
        if column.find_ancestor(exp.Select) is query:
            yield column


def _sources(block: exp.Expression) -> set[str]:
    """The names by which the block's columns may be qualified."""
    tables: list[exp.Expression] = [*(join.this for join in block.args.get("joins") or [])]
    if isinstance(block, exp.Select):
        start = block.args.get("from_") or block.args.get("from")
        tables += [start.this] if start else []
    else:
        tables.append(block.this)
    return {table.alias_or_name for table in tables}


def _is_plain_equality(column: exp.Column, query: exp.Select) -> bool:
    where = query.args.get("where")
    equality = column.parent
    return where is not None and isinstance(equality, exp.EQ) and _is_conjunct(equality, query)


def _is_conjunct(condition: exp.Expression, block: exp.Expression) -> bool:
    """Whether the condition holds for the whole block: nothing but AND (and NOT, =) is above it."""
    above = condition.parent
    while isinstance(above, exp.And | exp.Not | exp.Paren | exp.Binary) and not isinstance(
        above, exp.Or | exp.Xor
    ):
        above = above.parent
    return isinstance(above, exp.Where) and above.parent is block
