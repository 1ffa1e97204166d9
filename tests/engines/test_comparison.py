"""The comparison itself: what it must tell apart, and what it must not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.engines.parity import Difference, Row, canonical, compare


def differences(expected: list[Row], actual: list[Row], key: tuple[str, ...] = ("id",)) -> list[Difference]:
    return compare("gold.t", lambda _: expected, lambda _: actual, key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("10.50"), Decimal("10.5")),
        (Decimal("1E+3"), 1000),
        (-0.0, 0),
        (datetime(2024, 1, 2, 3, 4, 5), datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (b"\x00\xff", memoryview(b"\x00\xff")),
    ],
)
def test_the_same_value_from_two_drivers_is_the_same(one: object, other: object) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, "null"),
        (None, ""),
        ("1", 1),
        (True, "true"),
        (True, 1),
        ("a", "a "),
        (Decimal("0.1"), Decimal("0.10000000000000000001")),
        (datetime(2024, 1, 2), date(2024, 1, 2)),
        (datetime(2024, 1, 2, 3, 4, 5, 1), datetime(2024, 1, 2, 3, 4, 5)),
    ],
)
def test_different_values_stay_different(one: object, other: object) -> None:
    assert canonical(one) != canonical(other)


def test_a_difference_names_table_key_column_and_both_values() -> None:
    (found,) = differences(
        [{"id": 1, "amount": Decimal("2.00"), "_applied_at": 1}],
        [{"ID": 1, "AMOUNT": Decimal("2.01"), "_APPLIED_AT": 2}],
    )
    assert found == Difference("gold.t", ("1",), "amount", "2", "2.01")
    assert str(found) == "gold.t, key (1), column amount: expected 2, got 2.01"


def test_rows_of_one_side_only_are_told_repeated_ones_too() -> None:
    one, other = [{"id": 1}, {"id": 1}, {"id": 2}], [{"id": 1}, {"id": 3}]
    assert [str(found) for found in differences(one, other)] == [
        "gold.t, key (1): expected a row, got no row",
        "gold.t, key (2): expected a row, got no row",
        "gold.t, key (3): expected no row, got a row",
    ]


def test_a_missing_column_is_told() -> None:
    (found,) = differences([{"id": 1, "a": None}], [{"id": 1}])
    assert (found.column, found.expected, found.actual) == ("a", "null", "no such column")
