"""The transactions of the shop's day, one method of `Shop` each."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.constants import ER

from ingestion.demo.classicmodels.generator import (
    Row,
    address,
    check_number,
    customer,
    employee,
    money,
    order_line,
)
from ingestion.demo.classicmodels.vocabulary import CITIES, COMMENTS, FIRST_NAMES, LAST_NAMES, TROUBLES
from ingestion.demo.traffic import Change
from ingestion.errors import LandfallError

# Kinds of transaction and how often each happens; the names are methods of Shop.
KINDS = {
    "new_order": 25,
    "advance_order": 20,
    "pay": 14,
    "correct_cheque": 3,
    "bounce_cheque": 3,
    "change_line": 6,
    "swap_product": 3,
    "reorder_lines": 2,
    "change_price": 6,
    "restock": 3,
    "move_customer": 5,
    "change_credit": 5,
    "new_customer": 3,
    "rep_leaves": 2,
    "change_mind": 3,
    "delete_order": 4,
}

_NEXT_STATUSES = {
    "In Process": ["Shipped"] * 12 + ["On Hold", "Cancelled"],
    "On Hold": ["Shipped", "In Process", "Cancelled"],
    "Disputed": ["Resolved"],
    "Shipped": ["Disputed"],
}
# Somebody else changes the same rows.
_CONFLICTS = {ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT, ER.CHECKREAD}
# How many rows of a table, the newest by key, take part.
_NEWEST = 1000


class Shop:
    """The people who change the database.

    Each transaction looks for the rows it works on; one that finds none changes nothing.
    """

    def __init__(self, connection: Connection, rng: random.Random) -> None:
        self._connection = connection
        self._rng = rng
        self._cursor = connection.cursor()
        self._cursor.execute("set innodb_lock_wait_timeout = 2")
        self._changes: list[Change] = []
        if not self._rows("select 1 from products limit 1") or not self._rows(
            "select 1 from customers limit 1"
        ):
            raise LandfallError("the shop has no products or no customers: load it first")
        connection.rollback()

    def attempt(self, kind: str, *, commit: bool = True) -> list[Change]:
        """Carry out a transaction of that kind; the changes committed, none if none came about."""
        self._changes = []
        try:
            getattr(self, kind)()
            changes = [change for change in self._changes if change.rows]
            if commit and changes:
                self._connection.commit()
                return changes
        except pymysql.err.IntegrityError:
            pass  # somebody else took the key, or needs the row
        except pymysql.err.OperationalError as error:
            if error.args[0] not in _CONFLICTS:
                raise
        self._connection.rollback()
        return []

    def new_order(self) -> int | None:
        """A customer with a representative orders one to eighteen products."""
        buyer = self._any("customerNumber", "customers", "salesRepEmployeeNumber is not null")
        if buyer is None:
            return None
        rng, today = self._rng, _today()
        number: int = self._one("select coalesce(max(orderNumber), 10099) + 1 from orders")
        comment = rng.choice([None, None, None, rng.choice(COMMENTS)])
        required = today + timedelta(days=rng.randint(6, 18))
        self._insert("orders", (number, today, required, None, "In Process", comment, buyer))
        products = self._rows("select productCode, MSRP from products order by productCode")
        chosen = rng.sample(products, min(len(products), rng.randint(1, 18)))
        for place, (product, retail) in enumerate(chosen, start=1):
            self._insert("orderdetails", order_line(rng, number, product, int(retail.scaleb(2)), place))
        return number

    def advance_order(self) -> None:
        """An order takes its next step, with a note where there is trouble."""
        # what is shipped mostly stays so
        status = self._rng.choices(list(_NEXT_STATUSES), (14, 3, 2, 1))[0]
        number = self._any("orderNumber", "orders", "status = %s", [status])
        if number is None:
            return
        step = self._rng.choice(_NEXT_STATUSES[status])
        self._update("orders", "status = %s", "orderNumber = %s", [step, number])
        if step in TROUBLES:
            note = self._rng.choice(TROUBLES[step])
            self._update("orders", "comments = %s", "orderNumber = %s", [note, number])
        if step == "Shipped":
            self._update("orders", "shippedDate = %s", "orderNumber = %s", [_today(), number])

    def pay(self) -> None:
        """A customer sends a cheque for what is owed, or for a part of it."""
        buyer = self._any("customerNumber", "orders")
        if buyer is None:
            return
        owed: Decimal = self._one(
            "select coalesce((select sum(quantityOrdered * priceEach) from orderdetails join orders"
            " using (orderNumber) where status <> 'Cancelled' and customerNumber = %s), 0)"
            " - coalesce((select sum(amount) from payments where customerNumber = %s), 0)",
            [buyer, buyer],
        )
        if owed > 0:
            share = self._rng.choice([100, 100, 100, self._rng.randint(10, 99)])
            amount = (owed * share / 100).quantize(Decimal("0.01"))
            self._insert("payments", (buyer, check_number(self._rng), _today(), amount))

    def correct_cheque(self) -> None:
        """The number of a cheque was misread: a change of primary key."""
        if cheque := self._cheque():
            where = "customerNumber = %s and checkNumber = %s"
            self._update("payments", "checkNumber = %s", where, [check_number(self._rng), *cheque])

    def bounce_cheque(self) -> None:
        """A cheque bounces: the payment is gone."""
        if cheque := self._cheque():
            self._delete("payments", "customerNumber = %s and checkNumber = %s", list(cheque))

    def change_line(self) -> None:
        """A customer wants more of a thing or less, sometimes at another price."""
        if line := self._line():
            where = "orderNumber = %s and productCode = %s"
            self._update("orderdetails", "quantityOrdered = %s", where, [self._rng.randint(10, 70), *line])
            if self._rng.random() < 0.3:
                self._update("orderdetails", "priceEach = round(priceEach * 0.95, 2)", where, list(line))

    def swap_product(self) -> None:
        """A line gets another product: a change of half a primary key."""
        line, product = self._line(), self._any("productCode", "products")
        if line:
            where = "orderNumber = %s and productCode = %s"
            self._update("orderdetails", "productCode = %s", where, [product, *line])

    def reorder_lines(self) -> None:
        """The lines of an order change places, one by one."""
        number = self._any("orderNumber", "orders")
        lines = self._rows("select productCode from orderdetails where orderNumber = %s order by 1", [number])
        for place, (product,) in enumerate(self._rng.sample(lines, len(lines)), start=1):
            where = "orderNumber = %s and productCode = %s"
            self._update("orderdetails", "orderLineNumber = %s", where, [place, number, product])

    def change_price(self) -> None:
        """A product is bought or sold at another price."""
        column = self._rng.choice(["buyPrice", "MSRP", "MSRP"])
        factor = money(self._rng.randint(85, 120))
        product = self._any("productCode", "products")
        self._update("products", f"{column} = round({column} * %s, 2)", "productCode = %s", [factor, product])

    def restock(self) -> None:
        """Pieces of a product arrive."""
        product = self._any("productCode", "products")
        stock = self._rng.randint(0, 9999)
        self._update("products", "quantityInStock = %s", "productCode = %s", [stock, product])

    def move_customer(self) -> None:
        """A customer moves, sometimes abroad."""
        moved = address(self._rng, self._rng.choice(CITIES))
        self._update(
            "customers",
            "phone = %s, addressLine1 = %s, addressLine2 = %s, city = %s, state = %s, postalCode = %s,"
            " country = %s",
            "customerNumber = %s",
            [*moved, self._any("customerNumber", "customers")],
        )

    def change_credit(self) -> None:
        """A customer may owe more, or less."""
        limit = money(self._rng.randint(100, 1500) * 10_000)
        buyer = self._any("customerNumber", "customers")
        self._update("customers", "creditLimit = %s", "customerNumber = %s", [limit, buyer])

    def new_customer(self) -> None:
        """A customer comes, and soon has a representative."""
        number = self._one("select max(customerNumber) from customers") + self._rng.randint(1, 6)
        self._insert("customers", customer(self._rng, number, self._rng.choice(CITIES), None, None))
        if self._rng.random() < 0.8:
            changes = "salesRepEmployeeNumber = %s, creditLimit = %s"
            limit = money(self._rng.randint(200, 1300) * 10_000)
            self._update("customers", changes, "customerNumber = %s", [self._rep(), limit, number])

    def rep_leaves(self) -> None:
        """A representative leaves, the customers move to colleagues, and somebody new begins."""
        leaver = self._rep()
        rows = self._rows("select officeCode, reportsTo from employees where employeeNumber = %s", [leaver])
        if not rows:
            return
        rng, ((office, superior),) = self._rng, rows
        number = self._one("select max(employeeNumber) from employees") + rng.randint(1, 9)
        names = rng.choice(FIRST_NAMES).strip(), rng.choice(LAST_NAMES).strip()
        hired = employee(rng, number, *names, int(office) - 1, "Sales Rep", superior)
        self._insert("employees", hired)
        left = "salesRepEmployeeNumber = %s"
        for (buyer,) in self._rows(f"select customerNumber from customers where {left} order by 1", [leaver]):
            colleague = self._any(
                "employeeNumber", "employees", "jobTitle = 'Sales Rep' and employeeNumber <> %s", [leaver]
            )
            self._update("customers", left, "customerNumber = %s", [colleague, buyer])
        self._delete("employees", "employeeNumber = %s", [leaver])

    def change_mind(self) -> None:
        """An order that comes, changes and mostly goes again, all in one transaction."""
        number = self.new_order()
        if number is None:
            return
        for status in self._rng.sample(["On Hold", "In Process", "Cancelled"], 3):
            self._update("orders", "status = %s", "orderNumber = %s", [status, number])
        if self._rng.random() < 0.7:
            self._delete("orderdetails", "orderNumber = %s", [number])
            self._delete("orders", "orderNumber = %s", [number])

    def delete_order(self) -> None:
        """An order vanishes with its lines; one in five is back at once under its old keys."""
        number = self._any("orderNumber", "orders")
        lines = self._delete("orderdetails", "orderNumber = %s", [number])
        orders = self._delete("orders", "orderNumber = %s", [number])
        if self._rng.random() < 0.2:
            for row in orders:
                self._insert("orders", row)
            for row in lines:
                self._insert("orderdetails", row)

    def _rep(self) -> Any:
        return self._any("employeeNumber", "employees", "jobTitle = 'Sales Rep'")

    def _cheque(self) -> Row | None:
        """The key of a payment."""
        buyer = self._any("customerNumber", "payments")
        number = self._any("checkNumber", "payments", "customerNumber = %s", [buyer])
        return None if number is None else (buyer, number)

    def _line(self) -> Row | None:
        """The key of an order's line."""
        number = self._any("orderNumber", "orderdetails")
        product = self._any("productCode", "orderdetails", "orderNumber = %s", [number])
        return None if product is None else (number, product)

    def _any(self, column: str, table: str, where: str = "true", values: list[Any] | None = None) -> Any:
        """A value of the column at random, none if there is none."""
        found = self._rows(
            f"select distinct {column} from {table} where {where} order by 1 desc limit {_NEWEST}", values
        )
        return self._rng.choice(found)[0] if found else None

    def _one(self, query: str, values: list[Any] | None = None) -> Any:
        return self._rows(query, values)[0][0]

    def _rows(self, query: str, values: list[Any] | None = None) -> list[Row]:
        self._cursor.execute(query, values)
        return list(self._cursor.fetchall())

    def _insert(self, table: str, row: Row) -> None:
        self._cursor.execute(f"insert into {table} values %s", [row])
        self._changes.append(Change(table, "insert", 1))

    def _update(self, table: str, assignments: str, where: str, values: list[Any]) -> None:
        self._cursor.execute(f"update {table} set {assignments} where {where}", values)
        # without those that it left as they were, like the log
        self._changes.append(Change(table, "update", self._cursor.rowcount))

    def _delete(self, table: str, where: str, values: list[Any]) -> list[Row]:
        rows = self._rows(f"select * from {table} where {where} for update", values)
        self._cursor.execute(f"delete from {table} where {where}", values)
        self._changes.append(Change(table, "delete", self._cursor.rowcount))
        return rows


def _today() -> date:
    return datetime.now(UTC).date()
