"""Make the shop's data: any number of orders, the same for the same seed."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ingestion.demo.classicmodels.vocabulary import (
    CITIES,
    COMMENTS,
    COMPANY_KINDS,
    COMPANY_STEMS,
    FIRST_NAMES,
    LAST_NAMES,
    LINES,
    OFFICES,
    STAFF,
    TROUBLES,
    VENDORS,
    City,
    Line,
)
from ingestion.errors import LandfallError

Row = tuple[Any, ...]

FIRST_DAY, LAST_DAY = date(2023, 1, 2), date(2025, 12, 31)
_FIRST_ORDER, _FIRST_CUSTOMER, _FIRST_EMPLOYEE = 10100, 103, 1002
# A picture of one pixel, as GIF.
_PICTURE = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"
)


def generate(orders: int, seed: int = 42) -> dict[str, list[Row]]:
    """The rows of the eight tables of a shop with that many orders, parents first.

    Everything refers to rows that exist. Raises LandfallError if `orders` is less than 1.
    """
    if orders < 1:
        raise LandfallError(f"cannot generate {orders} orders: ask for 1 or more")
    rng = random.Random(seed)
    products = [row for line in LINES for row in _products(rng, line)]
    # a code is made of the scale and a number, and no order of the lines shows in it
    rng.shuffle(products)
    employees = _employees(rng)
    customers = _customers(rng, max(12, orders * 3 // 8), employees)
    placed = _orders(rng, orders, customers)
    details = [line for order in placed for line in _lines(rng, order[0], products)]
    return {
        "productlines": [_product_line(place, line) for place, line in enumerate(LINES)],
        "products": products,
        "offices": [
            (str(code), office.city, office.phone, office.address, office.address_2, *office[4:])
            for code, office in enumerate(OFFICES, start=1)
        ],
        "employees": employees,
        "customers": customers,
        "payments": list(_payments(rng, placed, details)),
        "orders": placed,
        "orderdetails": details,
    }


def address(rng: random.Random, city: City) -> Row:
    """Phone, two lines of address, city, state, postal code and country of a customer there."""
    street = city.street
    house = rng.randint(1, 380)
    # the number stands where people of the country write it
    line = f"{house} {street}" if city.territory in ("NA", "APAC") else f"{street} {house}"
    second = rng.choice([None, None, None, None, "", f"Suite {rng.randint(100, 750)}", "2nd floor"])
    code = None if city.postal_code is None else _digits(rng, city.postal_code)
    return _digits(rng, city.phone), line, second, city.city, city.state, code, city.country


def money(cents: int) -> Decimal:
    """An amount as the database keeps it."""
    return Decimal(cents).scaleb(-2)


def check_number(rng: random.Random) -> str:
    """The number of a cheque."""
    letters = "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=2))
    return f"{letters}{rng.randint(10_000, 999_999)}"


def _digits(rng: random.Random, pattern: str) -> str:
    return "".join(str(rng.randint(0, 9)) if letter == "#" else letter for letter in pattern)


def _product_line(place: int, line: Line) -> Row:
    text = f"Our {line.name.lower()} are true to the originals, from {line.years[0]} to {line.years[1]}."
    page = None if place % 3 else f"<h2>{line.name}</h2>\r\n<p>{text}</p>"
    return line.name, None if place == 4 else text, page, _PICTURE if place % 4 == 0 else None


def _products(rng: random.Random, line: Line) -> Iterator[Row]:
    names: set[str] = set()
    while len(names) < line.products:
        name = f"{rng.randint(*line.years)} {rng.choice(line.makers)} {rng.choice(line.kinds)}"
        if name in names:
            continue
        names.add(name)
        scale = rng.choice(line.scales)
        # unlike the name, the code is unique over all lines
        code = f"S{scale[2:]}_{1000 + 80 * LINES.index(line) + len(names)}"
        bought = rng.randint(1600, 10_400)
        text = f'A model of the "{name}" in {scale}.\r\nPainted by hand, {rng.randint(30, 240)} parts.'
        yield (
            code, name, line.name, scale, rng.choice(VENDORS), text, rng.randint(0, 9999),
            money(bought), money(bought * rng.randint(125, 240) // 100),
        )  # fmt: skip


def _employees(rng: random.Random) -> list[Row]:
    numbers = [_FIRST_EMPLOYEE + 29 * place + rng.randint(0, 20) for place in range(len(STAFF))]
    rows = []
    for number, (title, office, superior) in zip(numbers, STAFF, strict=True):
        first, last = rng.choice(FIRST_NAMES).strip(), rng.choice(LAST_NAMES).strip()
        rows.append(
            employee(rng, number, first, last, office, title, None if superior is None else numbers[superior])
        )
    return rows


def employee(
    rng: random.Random, number: int, first: str, last: str, office: int, title: str, superior: int | None
) -> Row:
    """The row of an employee at the office of that place in OFFICES."""
    plain = unicodedata.normalize("NFKD", first[0] + last).encode("ascii", "ignore").decode().lower()
    mail = f"{''.join(filter(str.isalpha, plain))}.{number}@classicmodels.example"
    return number, last, first, f"x{rng.randint(100, 9999)}", mail, str(office + 1), superior, title


def _customers(rng: random.Random, count: int, employees: list[Row]) -> list[Row]:
    reps: dict[str, list[int]] = {}
    for row in employees:
        if row[7] == "Sales Rep":
            reps.setdefault(OFFICES[int(row[5]) - 1].territory, []).append(row[0])
    rows: list[Row] = []
    number = _FIRST_CUSTOMER
    for place in range(count):
        city = rng.choice(CITIES)
        # the first has a representative: some orders there must be
        rep = rng.choice(reps[city.territory]) if place == 0 or rng.random() < 0.88 else None
        limit = rng.randint(200, 1300) * 10_000 if rep else rng.choice([0, None])
        rows.append(customer(rng, number, city, rep, None if limit is None else money(limit)))
        number += rng.randint(1, 6)
    return rows


def customer(rng: random.Random, number: int, city: City, rep: int | None, limit: Decimal | None) -> Row:
    """The row of a customer in a city."""
    name = f"{rng.choice(COMPANY_STEMS)} {rng.choice(COMPANY_KINDS)}"
    return (number, name, rng.choice(LAST_NAMES), rng.choice(FIRST_NAMES), *address(rng, city), rep, limit)


def _orders(rng: random.Random, count: int, customers: list[Row]) -> list[Row]:
    # who has no representative hardly ever buys
    buyers = [row[0] for row in customers if row[11] is not None or rng.random() < 0.1]
    span = (LAST_DAY - FIRST_DAY).days
    # the shop grows: more of its orders are late than early
    days = sorted(FIRST_DAY + timedelta(days=int(span * rng.random() ** 0.8)) for _ in range(count))
    return [_order(rng, _FIRST_ORDER + place, day, rng.choice(buyers)) for place, day in enumerate(days)]


def _order(rng: random.Random, number: int, day: date, buyer: int) -> Row:
    shipped = day + timedelta(days=rng.randint(1, 8))
    if shipped > LAST_DAY or ((LAST_DAY - day).days < 14 and rng.random() < 0.5):
        status = "In Process"
    else:
        names = ("Shipped", "Cancelled", "Resolved", "On Hold", "Disputed")
        (status,) = rng.choices(names, (92, 3, 2, 1.5, 1.5))
    # a cancelled one may have been on its way already
    has_left = status not in ("In Process", "On Hold") and (status != "Cancelled" or rng.random() < 0.3)
    comment = rng.choice(TROUBLES[status]) if status in TROUBLES else None
    if comment is None and rng.random() < 0.2:
        comment = rng.choice(COMMENTS)
    required = day + timedelta(days=rng.randint(6, 18))
    return number, day, required, shipped if has_left else None, status, comment, buyer


def _lines(rng: random.Random, order: int, products: list[Row]) -> Iterator[Row]:
    chosen = rng.sample(products, rng.randint(1, 18))
    for place, product in enumerate(chosen, start=1):
        yield order_line(rng, order, product[0], int(product[8].scaleb(2)), place)


def order_line(rng: random.Random, order: int, product: str, retail: int, number: int) -> Row:
    """The row of an order's line; `retail` is the product's price in cents."""
    return order, product, rng.randint(10, 60), money(retail * rng.randint(80, 100) // 100), number


def _payments(rng: random.Random, orders: list[Row], details: list[Row]) -> Iterator[Row]:
    """Cheques on account: most orders are paid in time, alone or two at once; some are still owed."""
    totals: dict[int, Decimal] = {}
    for order, _, quantity, price, _ in details:
        totals[order] = totals.get(order, Decimal(0)) + quantity * price
    used: set[str] = set()
    waiting: dict[int, Decimal] = {}
    for number, day, _, _, status, _, buyer in orders:
        if status == "Cancelled":
            continue
        due = waiting.pop(buyer, Decimal(0)) + totals[number]
        paid = day + timedelta(days=rng.randint(10, 60))
        if paid > LAST_DAY or rng.random() < 0.08:
            continue
        if rng.random() < 0.25:
            waiting[buyer] = due
            continue
        if rng.random() < 0.05:
            due = (due * rng.randint(50, 99) / 100).quantize(Decimal("0.01"))
        check = check_number(rng)
        while check in used:
            check = check_number(rng)
        used.add(check)
        yield buyer, check, paid, due
