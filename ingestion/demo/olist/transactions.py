"""The transactions of the shop's day, one method of `Shop` each."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from psycopg2.errors import IntegrityError
from psycopg2.extensions import TransactionRollbackError, connection

from ingestion.demo.olist import vocabulary
from ingestion.demo.traffic import Change
from ingestion.errors import LandfallError

# Kinds of transaction and how often each happens; the names are methods of Shop.
KINDS = {
    "new_order": 30,
    "advance_order": 30,
    "add_review": 8,
    "edit_review": 6,
    "edit_customer": 6,
    "edit_product": 6,
    "edit_seller": 2,
    "renumber_payment": 2,
    "change_mind": 3,
    "delete_order": 4,
    "restore_order": 3,
}

_NEXT_STATUSES = {
    "created": ["approved"],
    "approved": ["invoiced", "processing"],
    "invoiced": ["shipped", "processing"],
    "processing": ["shipped"],
    "shipped": ["delivered"],
}
_MILESTONES = {
    "approved": "order_approved_at",
    "shipped": "order_delivered_carrier_date",
    "delivered": "order_delivered_customer_date",
}
# How many existing rows of a table take part.
_REMEMBERED = 5000

Row = tuple[Any, ...]


@dataclass(frozen=True)
class _Order:
    order_id: str
    customer_id: str
    status: str


class Shop:
    """The people who change the database, with the keys they know.

    That changes only by a commit, and may be out of date. A transaction that knows no row to work
    on, or finds none of them, changes nothing.
    """

    def __init__(self, conn: connection, rng: random.Random) -> None:
        self._conn = conn
        self._rng = rng
        self._cursor = conn.cursor()
        self._products = self._keys("select product_id from products order by 1")
        self._sellers = self._keys("select seller_id from sellers order by 1")
        if not self._products or not self._sellers:
            raise LandfallError("the shop has no products or no sellers: load it first")
        orders = "select order_id, customer_id, order_status from orders where order_status"
        unfinished = str(tuple(_NEXT_STATUSES))
        self._open = [_Order(*row) for row in self._rows(f"{orders} in {unfinished} order by 1")]
        self._closed = [_Order(*row) for row in self._rows(f"{orders} not in {unfinished} order by 1")]
        self._reviews = self._rows("select review_id, order_id from order_reviews order by 1, 2")
        self._buyers = self._keys("select customer_unique_id from customers order by 1")
        self._deleted: list[dict[str, list[Row]]] = []
        self._changes: list[Change] = []
        self._learned: list[Callable[[], object]] = []
        conn.rollback()

    def attempt(self, kind: str, *, commit: bool = True) -> list[Change]:
        """Carry out a transaction of that kind; the changes committed, none if none came about."""
        self._changes, self._learned = [], []
        try:
            getattr(self, kind)()
            changes = [change for change in self._changes if change.rows]
            if commit and changes:
                self._conn.commit()
                for learn in self._learned:
                    learn()
                return changes
        except (IntegrityError, TransactionRollbackError):
            # Somebody else changes the same rows.
            pass
        self._conn.rollback()
        return []

    def new_order(self) -> None:
        """A customer buys one to three things and pays, sometimes in part with a voucher."""
        rng, now = self._rng, _now()
        order = _Order(uuid.uuid4().hex, uuid.uuid4().hex, "created")
        # One in four has bought before.
        known = self._buyers and rng.random() < 0.25
        buyer = rng.choice(self._buyers) if known else uuid.uuid4().hex
        self._insert("customers", (order.customer_id, buyer, *self._address()))
        promised = datetime(now.year, now.month, now.day) + timedelta(days=rng.randint(7, 35))
        placed = (order.order_id, order.customer_id, order.status, now, None, None, None, promised)
        self._insert("orders", placed)
        total = 0
        for number in range(1, rng.choice([1, 1, 1, 1, 2, 3]) + 1):
            price, freight = rng.randint(500, 40000), rng.randint(700, 4500)
            total += price + freight
            line = (order.order_id, number, rng.choice(self._products), rng.choice(self._sellers))
            limit = now + timedelta(days=rng.randint(4, 8))
            self._insert("order_items", (*line, limit, _money(price), _money(freight)))
        voucher = rng.randint(100, total // 2) if rng.random() < 0.1 else 0
        paid = rng.choice(["credit_card", "credit_card", "credit_card", "boleto", "debit_card"])
        instalments = rng.randint(1, 10) if paid == "credit_card" else 1
        rest = _money(total - voucher)
        self._insert("order_payments", (order.order_id, 1, paid, instalments, rest))
        if voucher:
            self._insert("order_payments", (order.order_id, 2, "voucher", 1, _money(voucher)))
        self._learned += [
            lambda: self._open.append(order),
            lambda: self._buyers.append(buyer),
        ]

    def advance_order(self) -> None:
        """An order takes its next step, sometimes two at once; a few end early."""
        if not self._open:
            return
        index = self._rng.randrange(len(self._open))
        order = self._open[index]
        for _ in range(2 if self._rng.random() < 0.15 else 1):
            if order.status not in _NEXT_STATUSES:
                break
            ends = ["canceled", "unavailable" if order.status == "approved" else "canceled"]
            early = self._rng.random() < 0.04
            status = self._rng.choice(ends if early else _NEXT_STATUSES[order.status])
            order = replace(order, status=status)
            assignments, values = "order_status = %s", list[Any]([status])
            if status in _MILESTONES:
                assignments += f", {_MILESTONES[status]} = %s"
                values.append(_now())
            self._update("orders", assignments, "order_id = %s", [*values, order.order_id])
        self._learned += [lambda: _take(self._open, index), lambda: self._remember(order)]

    def add_review(self) -> None:
        """A customer reviews a finished order; now and then one review covers a second order."""
        if not self._closed:
            return
        review_id = uuid.uuid4().hex
        text = self._opinion()
        today = _now().replace(hour=0, minute=0, second=0, microsecond=0)
        orders = self._rng.sample(self._closed, min(len(self._closed), self._rng.choice([1] * 9 + [2])))
        for order in orders:
            self._insert("order_reviews", (review_id, order.order_id, *text, today, _now()))
            self._learned.append(partial(self._reviews.append, (review_id, order.order_id)))

    def edit_review(self) -> None:
        """A customer thinks better, or worse, of it."""
        if not self._reviews:
            return
        self._update(
            "order_reviews",
            "review_score = %s, review_comment_title = %s, review_comment_message = %s,"
            " review_answer_timestamp = %s",
            "review_id = %s and order_id = %s",
            [*self._opinion(), _now(), *self._rng.choice(self._reviews)],
        )

    def edit_customer(self) -> None:
        """A customer moves."""
        pool = self._some_orders()
        if not pool:
            return
        self._update(
            "customers",
            "customer_zip_code_prefix = %s, customer_city = %s, customer_state = %s",
            "customer_id = %s",
            [*self._address(), self._rng.choice(pool).customer_id],
        )

    def edit_product(self) -> None:
        """A product changes its category or turns out to be heavier."""
        product = self._rng.choice(self._products)
        if self._rng.random() < 0.5:
            names: list[str | None] = [category.name for category in vocabulary.CATEGORIES]
            change: Row = (self._rng.choice([*names, None]), product)
            self._update("products", "product_category_name = %s", "product_id = %s", change)
        else:
            change = (self._rng.randint(50, 30000), product)
            self._update("products", "product_weight_g = %s", "product_id = %s", change)

    def edit_seller(self) -> None:
        """A seller moves."""
        self._update(
            "sellers",
            "seller_zip_code_prefix = %s, seller_city = %s, seller_state = %s",
            "seller_id = %s",
            [*self._address(), self._rng.choice(self._sellers)],
        )

    def renumber_payment(self) -> None:
        """A payment gets another number: a change of primary key."""
        pool = self._some_orders()
        if not pool:
            return
        self._update(
            "order_payments",
            "payment_sequential = payment_sequential + 1",
            "(order_id, payment_sequential) = (select order_id, max(payment_sequential)"
            " from order_payments where order_id = %s group by order_id)",
            [self._rng.choice(pool).order_id],
        )

    def change_mind(self) -> None:
        """A row that comes, changes and goes again, all in one transaction."""
        if not self._closed:
            return
        key = (uuid.uuid4().hex, self._rng.choice(self._closed).order_id)
        self._insert("order_reviews", (*key, *self._opinion(), _now(), _now()))
        where = "review_id = %s and order_id = %s"
        for _ in range(self._rng.randint(1, 3)):
            score = self._rng.randint(1, 5)
            self._update("order_reviews", "review_score = %s", where, (score, *key))
        if self._rng.random() < 0.5:
            self._delete("order_reviews", where, key)
        else:
            self._learned.append(lambda: self._reviews.append(key))

    def delete_order(self) -> None:
        """An order vanishes with all that hangs on it; one in five is back at once."""
        pool = self._some_orders()
        if not pool:
            return
        index = self._rng.randrange(len(pool))
        order = pool[index]
        rows = {
            table: self._delete(table, "order_id = %s", [order.order_id])
            for table in ("order_reviews", "order_payments", "order_items", "orders")
        }
        rows["customers"] = self._delete("customers", "customer_id = %s", [order.customer_id])
        self._learned.append(lambda: _take(pool, index))
        if rows["orders"] and self._rng.random() < 0.2:
            self._restore(rows)
        elif rows["orders"]:
            self._learned.append(lambda: self._deleted.append(rows))

    def restore_order(self) -> None:
        """A vanished order returns under its old keys."""
        if not self._deleted:
            return
        index = self._rng.randrange(len(self._deleted))
        self._restore(self._deleted[index])
        self._learned.append(lambda: _take(self._deleted, index))

    def _restore(self, rows: dict[str, list[Row]]) -> None:
        for table in ("customers", "orders", "order_items", "order_payments", "order_reviews"):
            for row in rows[table]:
                self._insert(table, row)
        order = _Order(*rows["orders"][0][:3])
        self._learned.append(lambda: self._remember(order))

    def _some_orders(self) -> list[_Order]:
        """The finished orders or the others; empty only if there is none at all."""
        first, second = self._rng.sample([self._open, self._closed], 2)
        return first or second

    def _remember(self, order: _Order) -> None:
        (self._open if order.status in _NEXT_STATUSES else self._closed).append(order)

    def _insert(self, table: str, row: Row) -> None:
        self._cursor.execute(f"insert into {table} values %s", [row])
        self._changes.append(Change(table, "insert", 1))

    def _update(self, table: str, assignments: str, where: str, values: list[Any] | Row) -> None:
        self._cursor.execute(f"update {table} set {assignments} where {where}", values)
        self._changes.append(Change(table, "update", self._cursor.rowcount))

    def _delete(self, table: str, where: str, values: list[Any] | Row) -> list[Row]:
        self._cursor.execute(f"delete from {table} where {where} returning *", values)
        self._changes.append(Change(table, "delete", self._cursor.rowcount))
        return self._cursor.fetchall()

    def _rows(self, query: str) -> list[Row]:
        self._cursor.execute(f"{query} limit {_REMEMBERED}")
        return self._cursor.fetchall()

    def _keys(self, query: str) -> list[str]:
        return [key for (key,) in self._rows(query)]

    def _address(self) -> tuple[str, str, str]:
        city = self._rng.choice(vocabulary.CITIES)
        return f"{self._rng.randint(city.zip_from, city.zip_to):05d}", city.city, city.state

    def _opinion(self) -> tuple[int, str | None, str | None]:
        score = self._rng.choice([1, 1, 2, 3, 4, 5, 5, 5])
        mood = vocabulary.mood(score)
        opening = self._rng.choice(vocabulary.OPENINGS[mood])
        detail = self._rng.choice(vocabulary.DETAILS[mood])
        title = self._rng.choice([None, None, "", self._rng.choice(vocabulary.TITLES[mood])])
        return score, title, self._rng.choice([None, "", opening, f"{opening}\r\n{detail}"])


def _now() -> datetime:
    """The time as the shop's columns have it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _take(pool: list[Any], index: int) -> None:
    """Remove an element in constant time; the order in the pool does not matter."""
    pool[index] = pool[-1]
    pool.pop()
