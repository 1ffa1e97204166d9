"""Reads the public SQL dump of the sample database, as far as is needed to load it safely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import LandfallError

# What may stand between two semicolons, or hold one. A comment that begins with /*! is a statement.
_TOKEN = re.compile(
    rb"""
      '[^'\\]*(?:\\.[^'\\]*)*' | "[^"\\]*(?:\\.[^"\\]*)*" | `[^`]*`
    | (?P<comment> (?:--(?=\s)|\#)[^\n]* | /\*(?!!).*?\*/ )
    | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = rb"`?(\w+)`?(?![\w`]*\s*\.)"
# Statements that choose the database: the load chooses its own.
_DATABASE = re.compile(rb"(?:create|drop)\s+(?:database|schema)\b|use\b", re.IGNORECASE)
# All others that such a dump has. A name with a database before it would write into that one.
_CREATE = re.compile(rb"create\s+table\s+(?:if\s+not\s+exists\s+)?" + _NAME, re.IGNORECASE)
_OTHERS = re.compile(
    rb"set\b|unlock\s+tables$|(?:insert\s+into|alter\s+table|lock\s+tables)\s+"
    + _NAME
    + rb"|drop\s+table\s+(?:if\s+exists\s+)?(?:`?\w+`?\s*,\s*)*`?\w+`?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Dump:
    """A dump's statements but for those that choose a database; each stands in its old line."""

    path: Path
    script: bytes


def read_dump(path: Path, tables: tuple[str, ...]) -> Dump:
    """The dump in a file, or LandfallError if it is none, or makes not all of the tables."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise LandfallError(f"cannot read {path}: {error.strerror}") from None
    script = bytearray()
    made: set[str] = set()
    for start, end, words in _statements(text):
        statement = words.strip()
        if statement and _DATABASE.match(statement):
            script += b"\n" * text.count(b"\n", start, end)
            continue
        created = _CREATE.match(statement)
        if created:
            made.add(created[1].decode("ascii", "replace"))
        elif statement and not _OTHERS.match(statement):
            before = len(words) - len(words.lstrip())
            line = text.count(b"\n", 0, start) + words.count(b"\n", 0, before) + 1
            shown = " ".join(statement[:60].decode("utf-8", "replace").split())
            raise LandfallError(f"{path}, line {line}: not a statement of the sample's dump: {shown}")
        script += text[start:end]
    missing = [table for table in tables if table not in made]
    if missing:
        raise LandfallError(f"{path} does not create {', '.join(missing)}: is it the whole dump for MySQL?")
    return Dump(path, bytes(script))


def _statements(text: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each statement: where it begins and ends, and its words, blanks in the place of comments."""
    start = word = 0
    words = b""
    for token in _TOKEN.finditer(text):
        if token["comment"] is not None:
            words += text[word : token.start()] + _blanks(token[0])
            word = token.end()
        elif token["end"] is not None:
            yield start, token.end(), _executed(words + text[word : token.start()])
            start = word = token.end()
            words = b""
    yield start, len(text), _executed(words + text[word:])


def _executed(statement: bytes) -> bytes:
    """The words of /*!40101 … */ are words to a server."""
    return re.sub(rb"/\*!\d*|\*/", lambda found: _blanks(found[0]), statement)


def _blanks(text: bytes) -> bytes:
    return re.sub(rb"[^\n]", b" ", text)
