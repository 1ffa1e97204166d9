"""The rows that an order becomes: posts with their values, or rows of WooCommerce's own tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from ingestion.demo.woocommerce import vocabulary
from ingestion.demo.woocommerce.orders import DRAFTS, Address, Item, Order, text

OrderStorage = Literal["tables", "posts"]
Row = tuple[Any, ...]

# The columns of each table that the shop gives a value; the others have their defaults.
COLUMNS = {
    "wp_options": ("option_name", "option_value"),
    "wp_posts": (
        "ID", "post_author", "post_date", "post_date_gmt", "post_content", "post_title", "post_excerpt",
        "post_status", "post_name", "to_ping", "pinged", "post_modified", "post_modified_gmt",
        "post_content_filtered", "post_parent", "post_type",
    ),
    "wp_postmeta": ("post_id", "meta_key", "meta_value"),
    "wp_users": (
        "ID", "user_login", "user_pass", "user_nicename", "user_email", "user_registered", "display_name",
    ),
    "wp_usermeta": ("user_id", "meta_key", "meta_value"),
    "wp_terms": ("term_id", "name", "slug"),
    "wp_term_taxonomy": ("term_taxonomy_id", "term_id", "taxonomy", "description", "parent"),
    "wp_term_relationships": ("object_id", "term_taxonomy_id"),
    "wp_woocommerce_order_items": ("order_item_id", "order_item_name", "order_item_type", "order_id"),
    "wp_woocommerce_order_itemmeta": ("order_item_id", "meta_key", "meta_value"),
    "wp_wc_orders": (
        "id", "status", "currency", "type", "tax_amount", "total_amount", "customer_id", "billing_email",
        "date_created_gmt", "date_updated_gmt", "parent_order_id", "payment_method",
        "payment_method_title", "transaction_id", "ip_address", "user_agent", "customer_note",
    ),
    "wp_wc_order_addresses": (
        "order_id", "address_type", "first_name", "last_name", "address_1", "city", "state", "postcode",
        "country", "email", "phone",
    ),
    "wp_wc_order_operational_data": (
        "order_id", "created_via", "woocommerce_version", "prices_include_tax", "order_key",
        "date_paid_gmt", "date_completed_gmt", "shipping_tax_amount", "shipping_total_amount",
        "discount_tax_amount", "discount_total_amount",
    ),
    "wp_wc_orders_meta": ("order_id", "meta_key", "meta_value"),
}  # fmt: skip

VERSION = "9.4.2"
_ZERO_DATE = "0000-00-00 00:00:00"
# The site's own time: an hour ahead of UTC.
_SITE = timedelta(hours=1)


def post_row(
    number: int | None,
    kind: str,
    status: str,
    title: str,
    created: datetime,
    modified: datetime,
    *,
    parent: int = 0,
    excerpt: str = "",
) -> Row:
    """A row of wp_posts; drafts have no date in UTC."""
    gmt = _ZERO_DATE if status in ("draft", "auto-draft") else created
    return (
        number, 1, created + _SITE, gmt, "", title, excerpt, status, "", "", "", modified + _SITE, modified,
        "", parent, kind,
    )  # fmt: skip


def order_post(order: Order, storage: OrderStorage, *, number: int | None) -> Row:
    """The order's own post, or the placeholder that keeps its number from other posts."""
    if storage == "tables":
        return post_row(
            number, "shop_order_placehold", "draft", "", order.created, order.modified, parent=order.parent
        )
    kind = "shop_order_refund" if order.parent else "shop_order"
    title = ("Refund – " if order.parent else "Order – ") + f"{order.created:%b %d, %Y @ %I:%M %p}"
    return post_row(
        number, kind, order.status, title, order.created, order.modified,
        parent=order.parent, excerpt=order.reason,
    )  # fmt: skip


def order_values(order: Order, storage: OrderStorage) -> Iterator[tuple[str, Row]]:
    """Rows, each with its table, that belong to the order's number, but for its items."""
    if storage == "posts":
        for key, value in _metas(order):
            yield "wp_postmeta", (order.id, key, value)
        return
    yield "wp_wc_orders", (
        order.id, order.status, order.currency, "shop_order_refund" if order.parent else "shop_order",
        order.cart_tax, order.total, order.user_id, order.email if not order.parent else None,
        order.created, order.modified, order.parent, order.payment_method if not order.parent else "",
        vocabulary.PAYMENT_METHODS.get(order.payment_method, ""), "", "192.0.2.1", "Mozilla/5.0", "",
    )  # fmt: skip
    yield "wp_wc_order_operational_data", (
        order.id, "checkout", VERSION, 1, f"wc_order_{order.id}", order.paid, order.completed,
        order.shipping_tax, order.shipping_total, order.discount_tax, order.discount,
    )  # fmt: skip
    if order.parent:
        for key, value in _refund_metas(order):
            yield "wp_wc_orders_meta", (order.id, key, value)
        return
    for kind, address in (("billing", order.billing), ("shipping", order.shipping)):
        if address is not None:
            yield "wp_wc_order_addresses", address_row(order, kind, address)


def address_row(order: Order, kind: str, address: Address) -> Row:
    """A row of wp_wc_order_addresses."""
    city = address.city
    email = order.email if kind == "billing" else None
    return (
        order.id, kind, address.first_name, address.last_name, address.street, city.name, city.state,
        city.postcode, city.country, email, address.phone,
    )  # fmt: skip


def item_row(order_id: int, item: Item, *, number: int | None) -> Row:
    """The same under both storages."""
    return number, item.name, item.kind, order_id


def address_metas(prefix: str, address: Address) -> list[tuple[str, str]]:
    """What wp_postmeta and wp_usermeta hold of an address."""
    city = address.city
    parts = {
        "first_name": address.first_name, "last_name": address.last_name, "company": "",
        "address_1": address.street, "address_2": "", "city": city.name, "state": city.state,
        "postcode": city.postcode, "country": city.country, "phone": address.phone,
    }  # fmt: skip
    return [(f"{prefix}_{name}", value) for name, value in parts.items()]


def epoch(moment: datetime) -> str:
    """Seconds since 1970, as wp_postmeta has the times of an order."""
    return str(int(moment.replace(tzinfo=UTC).timestamp()))


def _metas(order: Order) -> Iterator[tuple[str, str]]:
    amounts = {
        "_order_total": order.total, "_order_tax": order.cart_tax, "_order_shipping": order.shipping_total,
        "_order_shipping_tax": order.shipping_tax, "_cart_discount": order.discount,
        "_cart_discount_tax": order.discount_tax,
    }  # fmt: skip
    yield "_order_currency", order.currency
    for key, amount in amounts.items():
        yield key, text(amount)
    yield "_prices_include_tax", "yes"
    yield "_order_version", VERSION
    if order.parent:
        yield from _refund_metas(order)
        return
    yield "_order_key", f"wc_order_{order.id}"
    yield "_created_via", "checkout"
    # both are how plugins have written guests
    yield "_customer_user", str(order.user_id or ("" if order.id % 7 == 0 else 0))
    yield "_payment_method", order.payment_method
    yield "_payment_method_title", vocabulary.PAYMENT_METHODS.get(order.payment_method, "")
    if order.status not in DRAFTS:
        yield "_billing_email", order.email
    if order.billing is not None:
        yield from address_metas("_billing", order.billing)
    if order.shipping is not None:
        yield from address_metas("_shipping", order.shipping)
    else:
        yield from ((f"_shipping_{part}", "") for part in ("country", "state", "city", "postcode"))
    if order.paid is not None:
        yield "_date_paid", epoch(order.paid)
        yield "_paid_date", str(order.paid + _SITE)
    if order.completed is not None:
        yield "_date_completed", epoch(order.completed)
        yield "_completed_date", str(order.completed + _SITE)
    # a plugin that adds instead of updating: the first row is the one that counts
    if order.id % 29 == 0:
        yield "_order_total", "0.00"
        yield "_billing_email", "nobody@example.com"


def _refund_metas(order: Order) -> Iterator[tuple[str, str]]:
    yield "_refund_amount", text(-order.total)
    yield "_refund_reason", order.reason
    yield "_refunded_by", "1"
    yield "_refunded_payment", ""
