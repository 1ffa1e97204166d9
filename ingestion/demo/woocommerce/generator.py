"""Make the shop's data: any number of orders, the same for the same seed, in either storage."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from ingestion.demo.woocommerce import vocabulary
from ingestion.demo.woocommerce.orders import (
    DRAFTS,
    PAID,
    Address,
    Order,
    Product,
    fill_basket,
    refund,
    text,
)
from ingestion.demo.woocommerce.storage import (
    OrderStorage,
    Row,
    address_metas,
    item_row,
    order_post,
    order_values,
    post_row,
)
from ingestion.errors import LandfallError

_OPENED = datetime(2024, 1, 8, 9, 0, 0)
_DAYS = 500


def generate(orders: int, seed: int, storage: OrderStorage) -> dict[str, list[Row]]:
    """Rows by table, of the columns in `storage.COLUMNS`.

    The shop is the same under both storages, numbers included. Raises LandfallError if `orders` is
    less than 1.
    """
    if orders < 1:
        raise LandfallError(f"cannot generate {orders} orders: ask for 1 or more")
    return _Generator(random.Random(seed), storage).fill(orders)


def make_address(rng: random.Random) -> Address:
    """Somebody somewhere."""
    return Address(
        rng.choice(vocabulary.FIRST_NAMES),
        rng.choice(vocabulary.LAST_NAMES),
        f"Hauptstraße {rng.randint(1, 99)}",
        rng.choice(vocabulary.CITIES),
        f"+49 30 {rng.randint(100000, 999999)}",
    )


def spell(rng: random.Random, email: str) -> str:
    """An e-mail address as people type it."""
    return rng.choice([email, email, email, email.capitalize(), email.upper(), f" {email} "])


class _Generator:
    def __init__(self, rng: random.Random, storage: OrderStorage) -> None:
        self._rng = rng
        self._storage = storage
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._post_ids = count(1)
        self._item_ids = count(1)
        self._products: list[Product] = []
        # number, address, e-mail; number 0 is a guest
        self._users: list[tuple[int, Address, str]] = []
        self._guests: list[tuple[int, Address, str]] = []

    def fill(self, orders: int) -> dict[str, list[Row]]:
        self._add_options()
        self._add_products(max(20, min(500, orders // 10)))
        self._add_people(max(6, orders // 4), max(4, orders // 5))
        moments = sorted(self._rng.randrange(_DAYS * 86400) for _ in range(orders))
        statuses, weights = list(vocabulary.STATUSES), list(vocabulary.STATUSES.values())
        # one of each first, so that the smallest shop has them too
        chosen = [*statuses, *self._rng.choices(statuses, weights, k=orders)][:orders]
        for moment, status in zip(moments, chosen, strict=True):
            self._add_order(_OPENED + timedelta(seconds=moment), status)
        return dict(self._rows)

    def _add_options(self) -> None:
        self._rows["wp_options"] += [
            ("siteurl", "https://shop.example.com"),
            ("blogname", "Landfall & Sons"),
            ("woocommerce_currency", "EUR"),
            ("woocommerce_prices_include_tax", "yes"),
            ("woocommerce_custom_orders_table_enabled", "yes" if self._storage == "tables" else "no"),
        ]

    def _add_products(self, number: int) -> None:
        categories = list(vocabulary.CATEGORIES)
        for term, name in enumerate(categories, 1):
            parent = vocabulary.CATEGORIES[name][0]
            self._rows["wp_terms"].append((term, name, name.lower().replace(" ", "-")))
            above = categories.index(parent) + 1 if parent else 0
            # the numbers of the two tables drift apart in every real shop
            self._rows["wp_term_taxonomy"].append((term + 10, term, "product_cat", "", above))
        types = len(categories) + 1
        for offset, name in enumerate(("simple", "variable")):
            self._rows["wp_terms"].append((types + offset, name, name))
            self._rows["wp_term_taxonomy"].append(
                (types + offset + 10, types + offset, "product_type", "", 0)
            )
        self._post("page", "publish", "Shop")
        sold = [(name, thing) for name, (_, things) in vocabulary.CATEGORIES.items() for thing in things]
        for at in range(number):
            category, thing = sold[at % len(sold)]
            name = thing if at < len(sold) else f"{thing} No. {at // len(sold) + 1}"
            variable = category in ("Hoodies", "T-Shirts & Tops")
            # some are gone, but stand in orders still
            gone = at % 17 == 11
            self._add_product(name, categories.index(category) + 11, types + 10, variable, gone)

    def _add_product(self, name: str, category: int, simple: int, variable: bool, gone: bool) -> None:
        rng = self._rng
        price = Decimal(rng.randint(400, 12000)) / 100
        product = self._post("product", "publish", name, gone=gone)
        if not gone:
            self._rows["wp_term_relationships"].append((product, category))
            self._rows["wp_term_relationships"].append((product, simple + (1 if variable else 0)))
            if rng.random() < 0.1 and category != 12:
                self._rows["wp_term_relationships"].append((product, 12))
        if not variable:
            self._products.append(Product(product, name, price))
            if not gone:
                self._metas(product, self._prices(price))
            return
        prices = []
        for colour in vocabulary.COLOURS:
            own = price + rng.choice([0, 0, 2, 5])
            title = f"{name} - {colour}"
            variation = self._post("product_variation", "publish", title, parent=product, gone=gone)
            self._products.append(Product(variation, title, own, product))
            prices.append(own)
            if not gone:
                self._metas(variation, self._prices(own))
        if not gone:
            # WooCommerce itself gives a variable product several prices: the lowest comes first
            self._metas(product, [("_price", text(own)) for own in sorted(set(prices))])

    def _prices(self, price: Decimal) -> list[tuple[str, str]]:
        kind = self._rng.random()
        values = [("_sku", f"SKU-{self._rng.randint(1000, 9999)}"), ("_stock_status", "instock")]
        if kind < 0.08:
            return [*values, ("_regular_price", ""), ("_price", text(price))]
        if kind < 0.1:
            return [*values, ("_regular_price", "on request"), ("_price", text(price))]
        regular = text(price if kind < 0.85 else price + 3)
        values += [("_regular_price", regular), ("_price", text(price))]
        # written twice by an importer
        return [*values, ("_regular_price", "1.00")] if kind > 0.96 else values

    def _add_people(self, users: int, guests: int) -> None:
        rng = self._rng
        self._add_user(1, make_address(rng), "admin@example.com", "administrator")
        for number in range(2, users + 2):
            address = make_address(rng)
            email = f"user{number}@example.com"
            self._users.append((number, address, email))
            # a user who is gone, but stands in orders still
            if number % 17:
                self._add_user(number, address, email, "customer")
        self._guests = [(0, make_address(rng), f"guest{number}@example.net") for number in range(guests)]

    def _add_user(self, number: int, address: Address, email: str, role: str) -> None:
        login = email.split("@")[0]
        name = f"{address.first_name} {address.last_name}"
        self._rows["wp_users"].append((number, login, "", login, email, _OPENED, name))
        values = [("wp_capabilities", f'a:1:{{s:{len(role)}:"{role}";b:1;}}')]
        if number % 11:
            values += [("first_name", address.first_name), ("last_name", address.last_name)]
        else:
            values += [("first_name", ""), ("last_name", "")]
        if number % 5:
            values += [*address_metas("billing", address), ("billing_email", email)]
        if number % 19 == 0:
            values.append(("billing_city", "Nirgendwo"))
        self._rows["wp_usermeta"] += [(number, key, value) for key, value in values]

    def _add_order(self, created: datetime, status: str) -> None:
        rng = self._rng
        user, address, email = rng.choice(self._users if rng.random() < 0.6 else self._guests)
        country = address.city.country
        order = Order(
            next(self._post_ids), status, vocabulary.CURRENCIES.get(country, "EUR"), created, created, user
        )
        if status != "auto-draft":
            fill_basket(rng, order, self._products, country)
            order.email = email if user else spell(rng, email)
            order.billing = address
            order.shipping = address if rng.random() < 0.8 else None
            if order.shipping and rng.random() < 0.1:
                order.shipping = make_address(rng)
        if status not in DRAFTS:
            order.payment_method = rng.choice(list(vocabulary.PAYMENT_METHODS))
        if status in PAID or (status in ("wc-cancelled", "trash") and rng.random() < 0.3):
            order.paid = created + timedelta(minutes=rng.randint(0, 600))
        if status in ("wc-completed", "wc-refunded"):
            order.completed = created + timedelta(hours=rng.randint(12, 240))
        order.modified = order.completed or order.paid or created
        self._write(order)
        if status == "wc-refunded":
            self._write_refund(order, whole=True)
        elif status == "wc-completed":
            for _ in range(rng.choice([0] * 17 + [1, 1, 2])):
                self._write_refund(order, whole=False)

    def _write_refund(self, order: Order, *, whole: bool) -> None:
        when = order.modified + timedelta(days=self._rng.randint(1, 20))
        self._write(refund(order, next(self._post_ids), when, whole=whole))

    def _write(self, order: Order) -> None:
        self._rows["wp_posts"].append(order_post(order, self._storage, number=order.id))
        for table, row in order_values(order, self._storage):
            self._rows[table].append(row)
        for item in order.items:
            item.id = next(self._item_ids)
            self._rows["wp_woocommerce_order_items"].append(item_row(order.id, item, number=item.id))
            values = list(item.values)
            if item.id % 41 == 0:
                # an importer that adds instead of updating: the first row is the one that counts
                values += [("_line_total", "99.99"), ("_qty", "many")]
            self._rows["wp_woocommerce_order_itemmeta"] += [(item.id, key, value) for key, value in values]

    def _post(self, kind: str, status: str, title: str, *, parent: int = 0, gone: bool = False) -> int:
        number = next(self._post_ids)
        if not gone:
            self._rows["wp_posts"].append(
                post_row(number, kind, status, title, _OPENED, _OPENED, parent=parent)
            )
        return number

    def _metas(self, post: int, values: list[tuple[str, str]]) -> None:
        self._rows["wp_postmeta"] += [(post, key, value) for key, value in values]
