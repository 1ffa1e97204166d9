"""What the shop knows of an order, in whatever storage it ends up, and how a basket adds up."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from ingestion.demo.woocommerce import vocabulary
from ingestion.demo.woocommerce.vocabulary import City

# Prices are with tax; what leaves the union bears none.
TAX_PERCENT = {"DE": 19, "AT": 20, "NL": 21, "FR": 20, "BE": 21, "DK": 25, "IT": 22}
DRAFTS = ("wc-checkout-draft", "auto-draft")
PAID = ("wc-completed", "wc-processing", "wc-refunded")

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Product:
    """A product or a variation of one; `price` with tax, of a variable product its cheapest."""

    id: int
    name: str
    price: Decimal
    parent: int = 0


@dataclass(frozen=True)
class Address:
    """Who lives where."""

    first_name: str
    last_name: str
    street: str
    city: City
    phone: str


@dataclass
class Item:
    """A product, shipping, tax, coupon or fee of an order; `values` become its rows of keys and texts."""

    kind: str
    name: str
    values: list[tuple[str, str]]
    id: int = 0
    total: Decimal = _ZERO
    tax: Decimal = _ZERO


@dataclass
class Order:
    """An order, or a refund of the order `parent`, whose amounts are below zero."""

    id: int
    status: str
    currency: str
    created: datetime
    modified: datetime
    user_id: int = 0
    email: str = ""
    billing: Address | None = None
    shipping: Address | None = None
    payment_method: str = ""
    items: list[Item] = field(default_factory=list)
    total: Decimal = _ZERO
    cart_tax: Decimal = _ZERO
    shipping_total: Decimal = _ZERO
    shipping_tax: Decimal = _ZERO
    discount: Decimal = _ZERO
    discount_tax: Decimal = _ZERO
    paid: datetime | None = None
    completed: datetime | None = None
    parent: int = 0
    reason: str = ""


def text(amount: Decimal) -> str:
    """An amount as PHP writes it: no zeros at its end."""
    return f"{amount.normalize():f}" if amount else "0"


def cents(amount: Decimal) -> Decimal:
    """Rounded to what can be paid."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def fill_basket(rng: random.Random, order: Order, products: list[Product], country: str) -> None:
    """Puts one to four products into the order, with shipping, tax, a coupon, a fee, and adds it up."""
    percent = Decimal(TAX_PERCENT.get(country, 0))
    coupon = rng.choice(list(vocabulary.COUPONS)) if rng.random() < 0.15 else None
    off = Decimal(vocabulary.COUPONS[coupon]) if coupon else _ZERO
    for product in rng.sample(products, min(len(products), rng.choice([1, 1, 1, 2, 2, 3, 4]))):
        order.items.append(_line(product, rng.choice([1, 1, 1, 1, 2, 3]), percent, off, order))
    goods = sum((item.total for item in order.items), _ZERO)
    _add_shipping(order, Decimal("4.90") if goods < 100 else _ZERO, percent)
    if rng.random() < 0.1:
        order.items.append(_fee("Gift wrapping", Decimal("2.50"), percent))
    _add_up(order, percent)
    if coupon:
        values = [
            ("discount_amount", text(order.discount)),
            ("discount_amount_tax", text(order.discount_tax)),
        ]
        order.items.append(Item("coupon", coupon, values))


def refund(order: Order, number: int, when: datetime, *, whole: bool) -> Order:
    """The refund of a whole order, or of the first piece of its first product."""
    back = replace(
        order,
        id=number, parent=order.id, status="wc-completed", created=when, modified=when, items=[],
        discount=_ZERO, discount_tax=_ZERO, paid=None, completed=None,
        reason="Order fully refunded" if whole else "Too small",
    )  # fmt: skip
    if whole:
        back.items = [_back(item, item.total, item.tax, None) for item in order.items if item.total]
        back.total, back.cart_tax = -cents(order.total), -order.cart_tax
        back.shipping_total, back.shipping_tax = -order.shipping_total, -order.shipping_tax
        return back
    line = order.items[0]
    quantity = Decimal(dict(line.values)["_qty"])
    one, tax = _exact(line.total / quantity), _exact(line.tax / quantity)
    back.items = [_back(line, one, tax, "-1")]
    back.total, back.cart_tax = -cents(one + tax), -tax
    back.shipping_total = back.shipping_tax = _ZERO
    return back


def _line(product: Product, quantity: int, percent: Decimal, off: Decimal, order: Order) -> Item:
    subtotal = _exact(product.price * quantity * 100 / (100 + percent))
    subtotal_tax = _exact(product.price * quantity) - subtotal
    total = _exact(subtotal * (100 - off) / 100)
    tax = _exact(subtotal_tax * (100 - off) / 100)
    order.discount += subtotal - total
    order.discount_tax += subtotal_tax - tax
    values = [
        ("_product_id", str(product.parent or product.id)),
        ("_variation_id", str(product.id if product.parent else 0)),
        ("_qty", str(quantity)),
        ("_tax_class", ""),
        ("_line_subtotal", text(subtotal)),
        ("_line_subtotal_tax", text(subtotal_tax)),
        ("_line_total", text(total)),
        ("_line_tax", text(tax)),
        ("_line_tax_data", f'a:1:{{s:5:"total";a:1:{{i:1;s:4:"{text(tax)}";}}}}'),
    ]
    if product.parent:
        values.append(("pa_colour", product.name.rsplit(" - ", 1)[-1].lower()))
    return Item("line_item", product.name, values, total=total, tax=tax)


def _add_shipping(order: Order, cost: Decimal, percent: Decimal) -> None:
    order.shipping_total, order.shipping_tax = cost, cents(cost * percent / 100)
    method = "flat_rate" if cost else "free_shipping"
    values = [
        ("method_id", method), ("instance_id", "1"),
        ("cost", text(cost)), ("total_tax", text(order.shipping_tax)),
    ]  # fmt: skip
    name = "Flat rate" if cost else "Free shipping"
    order.items.append(Item("shipping", name, values, total=cost, tax=order.shipping_tax))


def _fee(name: str, cost: Decimal, percent: Decimal) -> Item:
    tax = cents(cost * percent / 100)
    values = [
        ("_fee_amount", text(cost)), ("_tax_status", "taxable"),
        ("_line_total", text(cost)), ("_line_tax", text(tax)),
    ]  # fmt: skip
    return Item("fee", name, values, total=cost, tax=tax)


def _add_up(order: Order, percent: Decimal) -> None:
    order.cart_tax = sum((item.tax for item in order.items if item.kind != "shipping"), _ZERO)
    order.total = cents(sum((item.total + item.tax for item in order.items), _ZERO))
    if percent:
        values = [
            ("rate_id", "1"), ("label", "VAT"), ("compound", ""), ("rate_percent", text(percent)),
            ("tax_amount", text(order.cart_tax)), ("shipping_tax_amount", text(order.shipping_tax)),
        ]  # fmt: skip
        order.items.append(Item("tax", "VAT-1", values))


def _back(item: Item, total: Decimal, tax: Decimal, quantity: str | None) -> Item:
    """What a refund takes back of an item."""
    said = dict(item.values)
    changed = {
        "_qty": quantity or f"-{said.get('_qty', '1')}",
        "_line_subtotal": text(-total), "_line_total": text(-total), "_line_tax": text(-tax),
        "_line_subtotal_tax": text(-tax), "cost": text(-total), "total_tax": text(-tax),
    }  # fmt: skip
    values = [(key, changed.get(key, value)) for key, value in said.items() if key != "_line_tax_data"]
    values.append(("_refunded_item_id", str(item.id)))
    return Item(item.kind, item.name, values, total=-total, tax=-tax)


def _exact(amount: Decimal) -> Decimal:
    """Rounded to the six places that WooCommerce reckons with."""
    return amount.quantize(Decimal("0.000001"), ROUND_HALF_UP)
