"""The shop's database to those who change it: its orders in either storage, and the changes made."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from pymysql.connections import Connection

from ingestion.demo.traffic import Change
from ingestion.demo.woocommerce.storage import COLUMNS, OrderStorage, Row, epoch
from ingestion.mysql.connection import rows


@dataclass(frozen=True)
class Found:
    """An order of the database."""

    id: int
    status: str
    user_id: int
    currency: str


class RecordKind(NamedTuple):
    """Where orders, or refunds, stand, and the names of what is asked of them there."""

    table: str
    key: str
    status: str
    parent: str
    condition: str


class Database:
    """Statements on the shop's tables. `changes` are those of the transaction so far."""

    def __init__(self, connection: Connection, rng: random.Random) -> None:
        self.connection = connection
        self.rng = rng
        self.changes: list[Change] = []
        enabled = self.one(
            "select option_value from wp_options"
            " where option_name = 'woocommerce_custom_orders_table_enabled'"
        )
        self.storage: OrderStorage = "tables" if enabled == "yes" else "posts"

    def order(self, *statuses: str) -> Found | None:
        """One of the orders in these statuses, by chance."""
        kind = self.record_kind("order")
        found = self.pick(
            f"select {kind.key}, {kind.status} from {kind.table}"
            f" where {kind.condition} and {kind.status} in %s",
            (statuses,),
        )
        if not found:
            return None
        number, status = int(found[0]), str(found[1])
        if self.storage == "tables":
            query = "select customer_id, currency from wp_wc_orders where id = %s"
            ((user, currency),) = self.rows(query, (number,))
        else:
            query = "select meta_value from wp_postmeta where post_id = %s and meta_key = %s"
            user = self.one(query, (number, "_customer_user"))
            currency = self.one(query, (number, "_order_currency"))
        return Found(number, status, int(user or 0), currency)

    def set_status(self, found: Found, status: str) -> None:
        """Takes an order a step on."""
        now = utc_now()
        if self.storage == "tables":
            self.update(
                "wp_wc_orders", "status = %s, date_updated_gmt = %s", "id = %s", (status, now, found.id)
            )
        else:
            self.update(
                "wp_posts", "post_status = %s, post_modified_gmt = %s", "ID = %s", (status, now, found.id)
            )

    def set_time(self, found: Found, what: Literal["paid", "completed"]) -> None:
        """Says that it happened now."""
        now = utc_now()
        if self.storage == "tables":
            self.update(
                "wp_wc_order_operational_data", f"date_{what}_gmt = %s", "order_id = %s", (now, found.id)
            )
        else:
            self.update_meta("wp_postmeta", "post_id", found.id, f"_date_{what}", epoch(now))

    def record_kind(self, what: Literal["order", "refund"]) -> RecordKind:
        """Where the shop has its orders, or its refunds."""
        kind = "shop_order_refund" if what == "refund" else "shop_order"
        if self.storage == "tables":
            return RecordKind("wp_wc_orders", "id", "status", "parent_order_id", f"type = '{kind}'")
        return RecordKind("wp_posts", "ID", "post_status", "post_parent", f"post_type = '{kind}'")

    def update_meta(self, table: str, owner: str, number: int, key: str, value: str) -> None:
        """As WordPress does it: all rows of the key, or a new one."""
        where = f"{owner} = %s and meta_key = %s"
        if self.one(f"select count(*) from {table} where {where}", (number, key)):
            self.update(table, "meta_value = %s", where, (value, number, key))
        else:
            self.insert(table, (number, key, value))

    def insert(self, table: str, row: Row) -> int:
        """Inserts a row of the columns that the shop fills; its number, if the table gives one."""
        columns = COLUMNS[table]
        places = ", ".join(["%s"] * len(columns))
        with self.connection.cursor() as cursor:
            cursor.execute(f"insert into {table} ({', '.join(columns)}) values ({places})", row)
            self.changes.append(Change(table, "insert", 1))
            return int(cursor.lastrowid or 0)

    def insert_whole(self, table: str, removed: Iterable[Row]) -> None:
        """Inserts rows of all columns."""
        with self.connection.cursor() as cursor:
            for row in removed:
                cursor.execute(f"insert into {table} values ({', '.join(['%s'] * len(row))})", row)
                self.changes.append(Change(table, "insert", 1))

    def update(self, table: str, assignments: str, where: str, values: Row) -> None:
        """Updates the rows for which the condition holds."""
        with self.connection.cursor() as cursor:
            changed = cursor.execute(f"update {table} set {assignments} where {where}", values)
        self.changes.append(Change(table, "update", changed))

    def delete(self, table: str, where: str, values: Row) -> list[Row]:
        """Deletes the rows for which the condition holds; what they were."""
        removed = self.rows(f"select * from {table} where {where} for update", values)
        with self.connection.cursor() as cursor:
            gone = cursor.execute(f"delete from {table} where {where}", values)
        self.changes.append(Change(table, "delete", gone))
        return removed

    def pick(self, query: str, values: tuple[Any, ...] = ()) -> Row | None:
        """One of the rows, by chance."""
        found = self.rows(f"{query} order by 1 limit 2000", values)
        return self.rng.choice(found) if found else None

    def one(self, query: str, values: tuple[Any, ...] = ()) -> Any:
        """The first value that a query finds."""
        found = self.rows(f"{query} limit 1", values)
        return found[0][0] if found else None

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Row]:
        """What a query finds."""
        return rows(self.connection, query, values)


def utc_now() -> datetime:
    """The time as the shop's columns have it: UTC, whole seconds."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
