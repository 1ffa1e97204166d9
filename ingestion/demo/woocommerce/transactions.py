"""The transactions of the shop's day, one method of `Shop` each, in either storage of orders."""

from __future__ import annotations

import random
from decimal import Decimal

import pymysql
from pymysql.connections import Connection

from ingestion.demo.traffic import Change
from ingestion.demo.woocommerce import vocabulary
from ingestion.demo.woocommerce.database import Database, Found, utc_now
from ingestion.demo.woocommerce.generator import make_address, spell
from ingestion.demo.woocommerce.orders import Address, Item, Order, Product, fill_basket, refund, text
from ingestion.demo.woocommerce.storage import (
    Row,
    address_metas,
    item_row,
    order_post,
    order_values,
    post_row,
)
from ingestion.errors import LandfallError

# Kinds of transaction and how often each happens; the names are methods of Shop.
KINDS = {
    "new_order": 24,
    "pay_order": 14,
    "complete_order": 12,
    "cancel_order": 4,
    "trash_order": 3,
    "refund_order": 8,
    "delete_refund": 2,
    "edit_address": 6,
    "edit_line": 4,
    "move_line": 2,
    "delete_order": 3,
    "restore_order": 2,
    "new_user": 3,
    "edit_user": 4,
    "delete_user": 1,
    "edit_price": 6,
    "file_product": 2,
    "rename_category": 1,
    "delete_product": 1,
    "change_mind": 3,
}

# Whom somebody else's transaction holds up: deadlock, lock wait, and a key that is taken.
_MEETING = {1205, 1213, 1062}
_TRASHED = "_wp_trash_meta_status"


class Shop(Database):
    """The people who change the database. What they work on they look up: nothing is remembered but the
    orders that they deleted."""

    def __init__(self, connection: Connection, rng: random.Random) -> None:
        super().__init__(connection, rng)
        self._deleted: list[dict[str, list[Row]]] = []
        self._products = [
            Product(number, title, Decimal(price), parent)
            for number, title, parent, price in self.rows(
                "select p.ID, p.post_title, p.post_parent, min(m.meta_value) from wp_posts as p"
                " join wp_postmeta as m on m.post_id = p.ID and m.meta_key = '_price'"
                " where p.post_type = 'product_variation' or (p.post_type = 'product' and not exists"
                " (select 1 from wp_posts as v where v.post_parent = p.ID))"
                " group by p.ID, p.post_title, p.post_parent order by p.ID"
            )
        ]
        if not self._products:
            raise LandfallError("the shop has no products: load it first")
        connection.rollback()

    def attempt(self, kind: str, *, commit: bool = True) -> list[Change]:
        """Carry out a transaction of that kind; the changes committed, none if none came about."""
        self.changes, kept = [], list(self._deleted)
        try:
            getattr(self, kind)()
            changes = [change for change in self.changes if change.rows]
            if commit and changes:
                self.connection.commit()
                return changes
        except pymysql.MySQLError as error:
            if not error.args or error.args[0] not in _MEETING:
                raise
        self._deleted = kept
        self.connection.rollback()
        return []

    def new_order(self) -> None:
        """Somebody fills a basket and orders; one in ten leaves a draft."""
        rng, now = self.rng, utc_now()
        user, email, address = self._somebody()
        country = address.city.country
        status = rng.choice(["wc-pending"] * 6 + ["wc-processing"] * 3 + ["wc-checkout-draft"])
        order = Order(0, status, vocabulary.CURRENCIES.get(country, "EUR"), now, now, user)
        fill_basket(rng, order, self._products, country)
        order.email, order.billing = email, address
        order.shipping = address if rng.random() < 0.8 else None
        order.payment_method = rng.choice(list(vocabulary.PAYMENT_METHODS))
        order.paid = now if status == "wc-processing" else None
        self._add(order)

    def pay_order(self) -> None:
        """The money arrives; a draft becomes an order."""
        found = self.order("wc-pending", "wc-on-hold", "wc-checkout-draft", "wc-failed")
        if found:
            self.set_status(found, "wc-processing")
            self.set_time(found, "paid")

    def complete_order(self) -> None:
        """The parcel is gone: often in two steps of one transaction."""
        found = self.order("wc-processing")
        if found:
            if self.rng.random() < 0.3:
                self.set_status(found, "wc-on-hold")
            self.set_status(found, "wc-completed")
            self.set_time(found, "completed")

    def cancel_order(self) -> None:
        """It does not come about."""
        found = self.order("wc-pending", "wc-on-hold")
        if found:
            self.set_status(found, self.rng.choice(["wc-cancelled", "wc-failed"]))

    def trash_order(self) -> None:
        """A clerk throws an order away, or takes one out of the bin again."""
        if self.rng.random() < 0.3 and (found := self.order("trash")):
            self.set_status(found, "wc-on-hold")
            self.delete("wp_postmeta", "post_id = %s and meta_key = %s", (found.id, _TRASHED))
        elif found := self.order("wc-cancelled", "wc-failed", "wc-pending"):
            self.insert("wp_postmeta", (found.id, _TRASHED, found.status))
            self.set_status(found, "trash")

    def refund_order(self) -> None:
        """Money goes back, for all of it or for one piece."""
        found = self.order("wc-completed", "wc-processing")
        order = self._read(found) if found else None
        if found and order and order.items:
            whole = self.rng.random() < 0.4
            self._add(refund(order, 0, utc_now(), whole=whole))
            if whole:
                self.set_status(found, "wc-refunded")

    def delete_refund(self) -> None:
        """A refund was a mistake."""
        kind = self.record_kind("refund")
        found = self.pick(f"select {kind.key} from {kind.table} where {kind.condition}")
        if found:
            self._remove(int(found[0]))

    def edit_address(self) -> None:
        """The customer meant another place, or had another spelling of the e-mail address."""
        found = self.order("wc-pending", "wc-processing", "wc-on-hold", "wc-completed")
        if not found:
            return
        address = make_address(self.rng)
        email = spell(self.rng, self._email()) if not found.user_id and self.rng.random() < 0.3 else None
        if self.storage == "tables":
            city = address.city
            self.update(
                "wp_wc_order_addresses",
                "city = %s, state = %s, postcode = %s, country = %s",
                "order_id = %s and address_type = 'billing'",
                (city.name, city.state, city.postcode, city.country, found.id),
            )
            if email:
                self.update("wp_wc_orders", "billing_email = %s", "id = %s", (email, found.id))
            return
        for key, value in address_metas("_billing", address):
            if key.rsplit("_", 1)[1] in ("city", "state", "postcode", "country"):
                self.update_meta("wp_postmeta", "post_id", found.id, key, value)
        if email:
            self.update_meta("wp_postmeta", "post_id", found.id, "_billing_email", email)

    def edit_line(self) -> None:
        """A clerk gives one more of a product, at another price."""
        item = self._some_line()
        if not item:
            return
        for key, value in (("_qty", "4"), ("_line_subtotal", "40.336134"), ("_line_total", "36.302521")):
            self.update_meta("wp_woocommerce_order_itemmeta", "order_item_id", item, key, value)
        if self.rng.random() < 0.3:
            # the plugin that writes it anew: the row has another key then
            where = "order_item_id = %s and meta_key = '_line_tax'"
            self.delete("wp_woocommerce_order_itemmeta", where, (item,))
            self.insert("wp_woocommerce_order_itemmeta", (item, "_line_tax", "6.9"))

    def move_line(self) -> None:
        """A clerk splits an order: one line goes to another, or away."""
        item = self._some_line()
        other = self.order("wc-pending", "wc-processing", "wc-on-hold")
        if not item or not other:
            return
        if self.rng.random() < 0.5:
            self.update("wp_woocommerce_order_items", "order_id = %s", "order_item_id = %s", (other.id, item))
            return
        self.delete("wp_woocommerce_order_itemmeta", "order_item_id = %s", (item,))
        self.delete("wp_woocommerce_order_items", "order_item_id = %s", (item,))

    def delete_order(self) -> None:
        """An order vanishes with its refunds and all that hangs on it."""
        found = self.order("trash", "wc-cancelled", "wc-completed", "wc-checkout-draft")
        if found:
            kind = self.record_kind("refund")
            refunds = self.rows(
                f"select {kind.key} from {kind.table} where {kind.condition} and {kind.parent} = %s",
                (found.id,),
            )
            gone: dict[str, list[Row]] = {}
            for number in [found.id, *(number for (number,) in refunds)]:
                for table, removed in self._remove(number).items():
                    gone.setdefault(table, []).extend(removed)
            self._deleted = [*self._deleted[-20:], gone]

    def restore_order(self) -> None:
        """From the backup of the morning, under its old keys."""
        if self._deleted:
            gone = self._deleted[-1]
            self._deleted = self._deleted[:-1]
            for table, removed in gone.items():
                self.insert_whole(table, removed)

    def new_user(self) -> None:
        """A guest opens an account, and WooCommerce hands over the orders of that e-mail address."""
        address, email = make_address(self.rng), self._email()
        name = f"{address.first_name} {address.last_name}"
        login = f"{email.split('@')[0]}-{self.rng.randrange(10**9)}"
        number = self.insert("wp_users", (None, login, "", login, email, utc_now(), name))
        for key, value in [*address_metas("billing", address), ("first_name", address.first_name)]:
            self.insert("wp_usermeta", (number, key, value))
        if self.storage == "tables":
            where = "customer_id = 0 and lower(trim(billing_email)) = %s"
            self.update("wp_wc_orders", "customer_id = %s", where, (number, email))
        else:
            where = (
                "meta_key = '_customer_user' and meta_value in ('', '0') and post_id in (select post_id from"
                " (select post_id from wp_postmeta where meta_key = '_billing_email'"
                " and lower(trim(meta_value)) = %s) as theirs)"
            )
            self.update("wp_postmeta", "meta_value = %s", where, (str(number), email))

    def edit_user(self) -> None:
        """A user moves."""
        found = self.pick("select user_id from wp_usermeta where meta_key = 'billing_city'")
        if found:
            for key, value in address_metas("billing", make_address(self.rng)):
                self.update_meta("wp_usermeta", "user_id", int(found[0]), key, value)

    def delete_user(self) -> None:
        """A user wants to be forgotten; the orders stay."""
        found = self.pick("select ID from wp_users where ID > 1")
        if found:
            self.delete("wp_usermeta", "user_id = %s", found)
            self.delete("wp_users", "ID = %s", found)

    def edit_price(self) -> None:
        """Another price; sometimes WooCommerce writes the row anew instead of changing it."""
        product = self.rng.choice(self._products)
        price = text(product.price + self.rng.randint(-300, 300) / Decimal(100))
        self.update_meta("wp_postmeta", "post_id", product.id, "_regular_price", price)
        if self.rng.random() < 0.4:
            self.delete("wp_postmeta", "post_id = %s and meta_key = '_price'", (product.id,))
            self.insert("wp_postmeta", (product.id, "_price", price))
        else:
            self.update_meta("wp_postmeta", "post_id", product.id, "_price", price)

    def file_product(self) -> None:
        """A product goes to another category: a change of primary key."""
        found = self.pick(
            "select r.object_id, r.term_taxonomy_id from wp_term_relationships as r"
            " join wp_term_taxonomy as t on t.term_taxonomy_id = r.term_taxonomy_id"
            " where t.taxonomy = 'product_cat'"
        )
        category = self.pick("select term_taxonomy_id from wp_term_taxonomy where taxonomy = 'product_cat'")
        if found and category:
            where = "object_id = %s and term_taxonomy_id = %s"
            self.update("wp_term_relationships", "term_taxonomy_id = %s", where, (*category, *found))

    def rename_category(self) -> None:
        """A category gets a better name."""
        found = self.pick("select term_id from wp_term_taxonomy where taxonomy = 'product_cat'")
        if found:
            self.update("wp_terms", "name = %s", "term_id = %s", (f"Range {utc_now():%H%M%S}", *found))

    def delete_product(self) -> None:
        """A product or variation vanishes; orders still name it."""
        if len(self._products) > 10:
            product = self.rng.choice(self._products)
            self.delete("wp_term_relationships", "object_id = %s", (product.id,))
            self.delete("wp_postmeta", "post_id = %s", (product.id,))
            self.delete("wp_posts", "ID = %s", (product.id,))

    def change_mind(self) -> None:
        """A product that comes, changes and mostly goes again, all in one transaction."""
        number = self.insert(
            "wp_posts", post_row(None, "product", "auto-draft", "AUTO-DRAFT", utc_now(), utc_now())
        )
        self.update("wp_posts", "post_title = 'Notebook'", "ID = %s", (number,))
        self.insert("wp_postmeta", (number, "_regular_price", "9.90"))
        if self.rng.random() < 0.7:
            self.delete("wp_postmeta", "post_id = %s", (number,))
            self.delete("wp_posts", "ID = %s", (number,))
        else:
            self.update("wp_posts", "post_status = 'publish'", "ID = %s", (number,))

    def _somebody(self) -> tuple[int, str, Address]:
        """A user's number, or 0 for a guest; how the e-mail address is typed; an address."""
        address = make_address(self.rng)
        user = self.pick("select ID, user_email from wp_users") if self.rng.random() < 0.6 else None
        if user:
            return int(user[0]), str(user[1]), address
        return 0, spell(self.rng, self._email()), address

    def _email(self) -> str:
        """The e-mail address of somebody who may have bought as a guest before."""
        return f"guest{self.rng.randrange(60)}@example.net"

    def _some_line(self) -> int | None:
        found = self.order("wc-pending", "wc-processing", "wc-on-hold", "wc-completed")
        item = found and self.pick(
            "select order_item_id from wp_woocommerce_order_items"
            " where order_id = %s and order_item_type = 'line_item'",
            (found.id,),
        )
        return int(item[0]) if item else None

    def _read(self, found: Found) -> Order:
        """An order of the database with its lines, for a refund of it."""
        order = Order(found.id, found.status, found.currency, utc_now(), utc_now(), found.user_id)
        for number, name in self.rows(
            "select order_item_id, order_item_name from wp_woocommerce_order_items"
            " where order_id = %s and order_item_type = 'line_item' order by 1",
            (found.id,),
        ):
            # the first of a key counts, so it comes last here
            said = self.rows(
                "select meta_key, meta_value from wp_woocommerce_order_itemmeta"
                " where order_item_id = %s order by meta_id desc",
                (number,),
            )
            values: dict[str, str] = dict(said)
            total, tax = Decimal(values.get("_line_total", 0)), Decimal(values.get("_line_tax", 0))
            order.items.append(Item("line_item", name, list(values.items()), number, total, tax))
            order.total += total + tax
            order.cart_tax += tax
        return order

    def _add(self, order: Order) -> None:
        order.id = self.insert("wp_posts", order_post(order, self.storage, number=None))
        for table, row in order_values(order, self.storage):
            self.insert(table, row)
        for item in order.items:
            item.id = self.insert("wp_woocommerce_order_items", item_row(order.id, item, number=None))
            for key, value in item.values:
                self.insert("wp_woocommerce_order_itemmeta", (item.id, key, value))

    def _remove(self, number: int) -> dict[str, list[Row]]:
        """Deletes an order or a refund; its rows."""
        items = "select order_item_id from wp_woocommerce_order_items where order_id = %s"
        places = {
            "wp_woocommerce_order_itemmeta": f"order_item_id in ({items})",
            "wp_woocommerce_order_items": "order_id = %s",
            "wp_postmeta": "post_id = %s",
            "wp_wc_orders_meta": "order_id = %s",
            "wp_wc_order_addresses": "order_id = %s",
            "wp_wc_order_operational_data": "order_id = %s",
            "wp_wc_orders": "id = %s",
            "wp_posts": "ID = %s",
        }
        return {table: self.delete(table, where, (number,)) for table, where in places.items()}
