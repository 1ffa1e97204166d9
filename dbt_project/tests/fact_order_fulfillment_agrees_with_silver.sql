-- Every order is there once, and each holds what its own lines and payments say.
with orders as (
    select * from {{ ref('all_orders') }}
),

fulfillment as (
    select * from {{ ref('fact_order_fulfillment') }}
),

line_totals as (
    select
        source_system,
        order_id,
        count(*) as line_count,
        sum(line_amount) as order_amount,
        sum(freight_amount) as freight_amount
    from {{ ref('all_order_lines') }}
    group by source_system, order_id
),

payment_totals as (
    select
        source_system,
        order_id,
        sum(amount) as payment_amount
    from {{ ref('all_payments') }}
    group by source_system, order_id
)

select
    orders.order_id as silver_order_id,
    fulfillment.order_id as gold_order_id
from orders
full outer join fulfillment
    on orders.source_system = fulfillment.source_system
    and orders.order_id = fulfillment.order_id
left join line_totals
    on orders.source_system = line_totals.source_system
    and orders.order_id = line_totals.order_id
left join payment_totals
    on orders.source_system = payment_totals.source_system
    and orders.order_id = payment_totals.order_id
where orders.order_id is null
    or fulfillment.order_id is null
    or coalesce(line_totals.line_count, 0) <> fulfillment.line_count
    or coalesce(line_totals.order_amount, 0) <> fulfillment.order_amount
    or coalesce(line_totals.freight_amount, 0) + orders.freight_amount <> fulfillment.freight_amount
    or coalesce(payment_totals.payment_amount, 0) <> fulfillment.payment_amount
    or coalesce(orders.total_amount, fulfillment.total_amount) <> fulfillment.total_amount
    or coalesce(orders.order_status, '') <> coalesce(fulfillment.order_status, '')
