"""What a WooCommerce shop's own SQL says of its orders: the figures that silver is held to."""

from __future__ import annotations

from collections.abc import Callable

from ingestion.demo.woocommerce.storage import OrderStorage

Execute = Callable[[str], list[tuple[object, ...]]]

DRAFTS = "('draft', 'auto-draft', 'wc-checkout-draft')"

_RECORDS = {
    "tables": """
        select
            o.id, o.type = 'shop_order_refund' as is_refund, o.status, o.currency, o.total_amount as total,
            d.shipping_total_amount as shipping, d.shipping_tax_amount as shipping_tax,
            d.date_paid_gmt as paid, d.date_completed_gmt as completed,
            coalesce(o.customer_id, 0) as user_id, o.billing_email as email
        from wp_wc_orders as o left join wp_wc_order_operational_data as d on d.order_id = o.id
        where o.type in ('shop_order', 'shop_order_refund') and o.status not in DRAFTS
    """,
    "posts": """
        select
            p.ID as id, p.post_type = 'shop_order_refund' as is_refund, p.post_status as status,
            META(_order_currency) as currency, META(_order_total) + 0 as total,
            META(_order_shipping) + 0 as shipping, META(_order_shipping_tax) + 0 as shipping_tax,
            META(_date_paid) as paid, META(_date_completed) as completed,
            coalesce(META(_customer_user), 0) + 0 as user_id, META(_billing_email) as email
        from wp_posts as p
        where p.post_type in ('shop_order', 'shop_order_refund') and p.post_status not in DRAFTS
    """,
}


def truth(execute: Execute, storage: OrderStorage) -> dict[str, object]:
    """The figures, by the names that the test gives them."""
    records = _RECORDS[storage].replace("DRAFTS", DRAFTS)
    for key in (
        "_order_currency", "_order_total", "_order_shipping_tax", "_order_shipping", "_date_paid",
        "_date_completed", "_customer_user", "_billing_email",
    ):  # fmt: skip
        records = records.replace(f"META({key})", _value("wp_postmeta", "post_id", "p.ID", key))
    lines = f"""
        select
            i.*, {_item("_qty")} as quantity, {_item("_line_subtotal")} as subtotal,
            {_item("_line_total")} as line_total, {_item("_line_tax")} as tax,
            coalesce(nullif({_item("_variation_id")}, '0'), {_item("_product_id")}) as product_id
        from wp_woocommerce_order_items as i join ({records}) as o on o.id = i.order_id and not o.is_refund
    """
    ((orders, trash, total, freight, paid, completed, guests),) = execute(
        f"""
        select count(*), sum(status = 'trash'), sum({_money("total")}), sum({_money("shipping")}),
            count(paid), count(completed), count(distinct case when user_id = 0 then lower(trim(email)) end)
        from ({records}) as o where not is_refund
        """
    )
    ((fees, fee_taxes),) = execute(
        f"select sum({_money('line_total')}), sum({_money('tax')}) from ({lines}) as l"
        " where order_item_type = 'fee'"
    )
    ((shipping_taxes,),) = execute(
        f"select sum({_money('shipping_tax')}) from ({records}) as o where not is_refund"
    )
    ((number, quantity, amount, discounts, line_taxes, variations),) = execute(
        f"""
        select count(*), cast(sum(quantity) as signed), sum({_money("subtotal")}),
            sum({_money("cast(subtotal as decimal(26,8)) - line_total")}), sum({_money("coalesce(tax, 0)")}),
            sum(product_id in (select ID from wp_posts where post_type = 'product_variation'))
        from ({lines}) as l where order_item_type = 'line_item'
        """
    )
    ((payments, paid_amount, refunds, refunded),) = execute(
        f"""
        select sum(not is_refund), sum(case when not is_refund then {_money("total")} end), sum(is_refund),
            sum(case when is_refund then {_money("total")} end)
        from ({records}) as o where is_refund or paid is not null
        """
    )
    currencies = execute(
        f"select currency, sum({_money('total')}) from ({records}) as o where not is_refund group by 1"
    )
    regular = _value("wp_postmeta", "post_id", "p.ID", "_regular_price")
    price = _value("wp_postmeta", "post_id", "p.ID", "_price")
    ((list_prices,),) = execute(
        f"select sum(cast(case when {regular} regexp '^[0-9.]+$' then {regular} else {price} end"
        " as decimal(12,2))) from wp_posts as p"
        " where p.post_type in ('product', 'product_variation') and p.post_status <> 'auto-draft'"
    )
    ((users,),) = execute("select count(*) from wp_users")
    return {
        "orders": orders, "trash": trash, "total": total, "freight": freight, "fees": fees,
        "taxes": shipping_taxes + fee_taxes, "paid": paid, "completed": completed, "lines": number,
        "quantity": quantity, "amount": amount, "discounts": discounts, "line_taxes": line_taxes,
        "payments": payments, "paid_amount": paid_amount, "refunds": refunds, "refunded": refunded,
        "currencies": dict(currencies), "guests": guests, "variations_sold": variations,
        "list_prices": list_prices, "users": users,
    }  # fmt: skip


def _value(table: str, owner: str, number: str, key: str) -> str:
    """The value of a key, as WordPress reads it: of its first row."""
    return (
        f"(select meta_value from {table} where {owner} = {number} and meta_key = '{key}'"
        " order by meta_id limit 1)"
    )


def _item(key: str) -> str:
    return _value("wp_woocommerce_order_itemmeta", "order_item_id", "i.order_item_id", key)


def _money(amount: str) -> str:
    return f"cast(cast({amount} as decimal(26,8)) as decimal(14,2))"
