"""The same figures twice: from gold, and in each shop's own SQL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Total:
    """One figure, or one per group: the columns are the same in both."""

    shop: str
    gold: str
    source: str


def _meta(key: str, type: str = "decimal(14, 2)") -> str:
    """WordPress's value of an item's key: of rows that say the same twice, the first."""
    return f"""
        (select cast(m.meta_value as {type}) from wp_woocommerce_order_itemmeta m
        where m.order_item_id = i.order_item_id and m.meta_key = '{key}' order by m.meta_id limit 1)
    """


_EXACT = "decimal(26, 8)"
_ORDERED = """
    o.type = 'shop_order'
    and regexp_replace(o.status, '^wc-', '') not in ('draft', 'auto-draft', 'checkout-draft')
"""

TOTALS = {
    "olist: orders, lines, price": Total(
        "olist",
        """
        select count(distinct order_id), count(*), sum(quantity), sum(line_amount), sum(freight_amount)
        from gold.fact_orders where source_system = 'olist'
        """,
        """
        select count(distinct order_id), count(*), count(*), sum(price), sum(freight_value)
        from order_items
        """,
    ),
    "olist: orders by status": Total(
        "olist",
        """
        select order_status, count(*) from gold.fact_order_fulfillment
        where source_system = 'olist' group by 1
        """,
        "select order_status, count(*) from orders group by 1",
    ),
    "olist: payments": Total(
        "olist",
        """
        select payment_type, count(*), sum(amount) from gold.fact_payments
        where source_system = 'olist' group by 1
        """,
        """
        select payment_type, count(*), sum(payment_value) from order_payments group by 1
        """,
    ),
    "classicmodels: orders, lines, quantity x price": Total(
        "classicmodels",
        """
        select count(distinct order_id), count(*), sum(quantity), sum(line_amount)
        from gold.fact_orders where source_system = 'classicmodels'
        """,
        """
        select count(distinct orderNumber), count(*), sum(quantityOrdered), sum(quantityOrdered * priceEach)
        from orderdetails
        """,
    ),
    "classicmodels: orders by status": Total(
        "classicmodels",
        """
        select order_status, count(*) from gold.fact_order_fulfillment
        where source_system = 'classicmodels' group by 1
        """,
        "select status, count(*) from orders group by 1",
    ),
    "classicmodels: payments": Total(
        "classicmodels",
        """
        select count(*), sum(amount), min(amount), max(paid_at)::date from gold.fact_payments
        where source_system = 'classicmodels'
        """,
        "select count(*), sum(amount), min(amount), max(paymentDate) from payments",
    ),
    "classicmodels: balance per customer": Total(
        "classicmodels",
        """
        select customer_unique_id::int, order_count, payment_count, owed_amount, paid_amount, balance_amount
        from marts.customer_balances where source_system = 'classicmodels'
        """,
        """
        select customerNumber, orders, payments, owed, paid, owed - paid
        from (
            select c.customerNumber,
                (select count(*) from orders o
                    where o.customerNumber = c.customerNumber and o.status <> 'Cancelled') as orders,
                (select count(*) from payments p where p.customerNumber = c.customerNumber) as payments,
                coalesce((select sum(quantityOrdered * priceEach)
                    from orders o join orderdetails d using (orderNumber)
                    where o.customerNumber = c.customerNumber and o.status <> 'Cancelled'), 0) as owed,
                coalesce((select sum(amount) from payments p
                    where p.customerNumber = c.customerNumber), 0) as paid
            from customers c
        ) as balances
        where orders + payments > 0
        """,
    ),
    "classicmodels: sales by product line, country, month and representative": Total(
        "classicmodels",
        """
        select product_line, customer_country, order_month, employee_name, sum(unit_count), sum(sales_amount)
        from marts.sales_by_product_line where source_system = 'classicmodels'
        group by all
        """,
        """
        select p.productLine, trim(c.country), cast(date_format(o.orderDate, '%Y-%m-01') as date),
            coalesce(concat(e.firstName, ' ', e.lastName), 'unknown'),
            sum(d.quantityOrdered), sum(d.quantityOrdered * d.priceEach)
        from orders o
        join orderdetails d using (orderNumber)
        join products p using (productCode)
        join customers c using (customerNumber)
        left join employees e on e.employeeNumber = c.salesRepEmployeeNumber
        where o.status <> 'Cancelled'
        group by 1, 2, 3, 4
        """,
    ),
    "classicmodels: sales of each manager's team": Total(
        "classicmodels",
        """
        select employee_id::int, sum(own_amount), sum(team_amount) from marts.sales_by_manager
        where source_system = 'classicmodels' group by 1
        """,
        """
        with recursive team as (
            select employeeNumber as manager, employeeNumber as member from employees
            union all
            select t.manager, e.employeeNumber from team t join employees e on e.reportsTo = t.member
        ),
        sold as (
            select c.salesRepEmployeeNumber as member, sum(d.quantityOrdered * d.priceEach) as amount
            from orders o join orderdetails d using (orderNumber) join customers c using (customerNumber)
            where o.status <> 'Cancelled' group by 1
        )
        select t.manager, sum(if(t.manager = t.member, s.amount, 0)), sum(s.amount)
        from team t join sold s on s.member = t.member group by 1
        """,
    ),
    "woocommerce: orders and totals by status and currency": Total(
        "woocommerce",
        """
        select order_status, currency_code, count(*), sum(total_amount) from gold.fact_order_fulfillment
        where source_system = 'woocommerce' group by 1, 2
        """,
        f"""
        select regexp_replace(o.status, '^wc-', '') as status, o.currency, count(*),
            cast(sum(o.total_amount) as decimal(14, 2))
        from wp_wc_orders o where {_ORDERED} group by 1, 2
        """,
    ),
    "woocommerce: lines, quantity x price, discounts by currency": Total(
        "woocommerce",
        """
        select currency_code, count(*), sum(quantity), sum(line_amount), sum(discount_amount)
        from gold.fact_orders where source_system = 'woocommerce' group by 1
        """,
        f"""
        select o.currency, count(*), sum({_meta("_qty")}), sum({_meta("_line_subtotal")}),
            sum(cast({_meta("_line_subtotal", _EXACT)} - {_meta("_line_total", _EXACT)} as decimal(14, 2)))
        from wp_wc_orders o
        join wp_woocommerce_order_items i on i.order_id = o.id and i.order_item_type = 'line_item'
        where {_ORDERED} group by 1
        """,
    ),
    "woocommerce: taxes and shipping by currency": Total(
        "woocommerce",
        """
        select currency_code, sum(tax_amount), sum(freight_amount) from gold.fact_order_fulfillment
        where source_system = 'woocommerce' group by 1
        """,
        f"""
        select currency, sum(shipping_tax + coalesce(item_tax, 0)), sum(shipping)
        from (
            select o.currency,
                cast(d.shipping_tax_amount as decimal(14, 2)) as shipping_tax,
                cast(d.shipping_total_amount as decimal(14, 2)) as shipping,
                (select sum({_meta("_line_tax")}) from wp_woocommerce_order_items i
                    where i.order_id = o.id and i.order_item_type in ('line_item', 'fee')) as item_tax
            from wp_wc_orders o join wp_wc_order_operational_data d on d.order_id = o.id
            where {_ORDERED}
        ) as orders
        group by 1
        """,
    ),
    "woocommerce: payments by currency": Total(
        "woocommerce",
        """
        select currency_code, count(*), sum(amount) from gold.fact_payments
        where source_system = 'woocommerce' and not is_refund group by 1
        """,
        f"""
        select o.currency, count(*), cast(sum(o.total_amount) as decimal(14, 2))
        from wp_wc_orders o join wp_wc_order_operational_data d on d.order_id = o.id
        where {_ORDERED} and d.date_paid_gmt is not null group by 1
        """,
    ),
    "woocommerce: refunds by currency": Total(
        "woocommerce",
        """
        select currency_code, count(*), sum(amount) from gold.fact_payments
        where source_system = 'woocommerce' and is_refund group by 1
        """,
        """
        select o.currency, count(*), cast(sum(o.total_amount) as decimal(14, 2))
        from wp_wc_orders o where o.type = 'shop_order_refund' group by 1
        """,
    ),
}

# Gold tells these as the customer and the product were when the order was placed.
AS_OF_ORDER = (
    "classicmodels: sales by product line, country, month and representative",
    "classicmodels: sales of each manager's team",
)
