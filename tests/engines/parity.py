"""Whether two warehouses hold the same rows. Knows no engine: each is a callable that gives rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import zip_longest

Row = dict[str, object]
# The rows of a relation ('gold.fact_orders') in one warehouse, by column name.
Rows = Callable[[str], Iterable[Row]]

# They tell when a warehouse wrote a row, so they differ between any two runs.
CLOCKS = frozenset({"_applied_at", "_noticed_at", "_written_at", "changed_at", "noticed_at"})


@dataclass(frozen=True)
class Difference:
    """One thing that two warehouses disagree on. No column: the whole row is in one of them only."""

    table: str
    key: tuple[str, ...]
    column: str | None
    expected: str
    actual: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return (
            f"{self.table}, key ({', '.join(self.key)}){column}: expected {self.expected}, got {self.actual}"
        )


def compare(
    table: str, expected: Rows, actual: Rows, key: Sequence[str], ignore: Iterable[str] = CLOCKS
) -> list[Difference]:
    """Everything that differs between a relation of two warehouses, in the order of its keys.

    `key` need not be unique: rows that share one are compared in the order of their contents. A column
    that one warehouse lacks is a difference of every row.
    """
    ignored = {name.lower() for name in ignore}
    left, right = _by_key(expected(table), key, ignored), _by_key(actual(table), key, ignored)
    found: list[Difference] = []
    for at in sorted(left.keys() | right.keys()):
        for one, other in zip_longest(left.get(at, []), right.get(at, [])):
            if one == other:
                continue
            if one is None or other is None:
                found.append(Difference(table, at, None, _presence(one), _presence(other)))
                continue
            for column in sorted(one.keys() | other.keys()):
                values = one.get(column, "no such column"), other.get(column, "no such column")
                if values[0] != values[1]:
                    found.append(Difference(table, at, column, *values))
    return found


def canonical(value: object) -> str:
    """A value as text that is the same whichever engine and driver gave it, and that tells kinds apart.

    Numbers lose trailing zeros and exponents, times get six digits of a second and no zone (UTC).
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    if isinstance(value, datetime):
        plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return f"timestamp {plain.isoformat(' ', 'microseconds')}"
    if isinstance(value, date):
        return f"date {value.isoformat()}"
    if isinstance(value, time):
        return f"time {value.isoformat('microseconds')}"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"bytes {bytes(value).hex()}"
    return repr(str(value))


def _number(value: int | float | Decimal) -> str:
    # repr() of a float is the shortest text that gives the same bits again
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        return str(exact).lower()
    text = f"{exact:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _by_key(
    rows: Iterable[Row], key: Sequence[str], ignored: set[str]
) -> dict[tuple[str, ...], list[dict[str, str]]]:
    grouped: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        plain = {name.lower(): canonical(value) for name, value in row.items()}
        at = tuple(plain[name.lower()] for name in key)
        grouped[at].append({name: value for name, value in plain.items() if name not in ignored})
    for group in grouped.values():
        if len(group) > 1:
            group.sort(key=lambda row: sorted(row.items()))
    return grouped


def _presence(row: dict[str, str] | None) -> str:
    return "no row" if row is None else "a row"
