{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['source_system', 'order_id'],
        on_schema_change='fail',
        meta={'changes': 'order_changes'},
    )
}}

with changed as (
    select
        source_system,
        order_id,
        max(changed_at) as _applied_at
    from {{ ref('order_changes') }}
    where {{ newer_than_target('changed_at') }}
    group by source_system, order_id
),

orders as (
    select * from {{ ref('order_keys') }}
),

lines as (
    select * from {{ ref('all_order_lines') }}
),

payments as (
    select * from {{ ref('all_payments') }}
),

line_totals as (
    select
        lines.source_system,
        lines.order_id,
        count(*) as line_count,
        count(distinct lines.seller_id) as seller_count,
        sum(lines.line_amount) as order_amount,
        sum(lines.discount_amount) as discount_amount,
        sum(lines.tax_amount) as tax_amount,
        sum(lines.freight_amount) as freight_amount,
        min(lines.shipping_limit_at) as shipping_limit_at
    from changed
    inner join lines
        on changed.source_system = lines.source_system
        and changed.order_id = lines.order_id
    group by lines.source_system, lines.order_id
),

payment_totals as (
    select
        payments.source_system,
        payments.order_id,
        count(*) as payment_count,
        sum(payments.amount) as payment_amount,
        sum(case when payments.is_refund then -payments.amount else 0 end) as refunded_amount
    from changed
    inner join payments
        on changed.source_system = payments.source_system
        and changed.order_id = payments.order_id
    group by payments.source_system, payments.order_id
),

amounts as (
    select
        orders.source_system,
        orders.order_id,
        coalesce(line_totals.order_amount, 0) as order_amount,
        coalesce(line_totals.discount_amount, 0) as discount_amount,
        coalesce(line_totals.freight_amount, 0) + orders.freight_amount as freight_amount,
        orders.fee_amount,
        coalesce(line_totals.tax_amount, 0) + orders.tax_amount as tax_amount
    from changed
    inner join orders
        on changed.source_system = orders.source_system
        and changed.order_id = orders.order_id
    left join line_totals
        on orders.source_system = line_totals.source_system
        and orders.order_id = line_totals.order_id
),

totals as (
    select
        *,
        order_amount - discount_amount + freight_amount + fee_amount + tax_amount as sum_amount
    from amounts
),

final as (
    select
        ---------- ids
        {{ surrogate_key(['orders.source_system', 'orders.order_id']) }} as order_key,
        orders.source_system,
        orders.order_id,
        orders.customer_id,

        ---------- keys
        orders.customer_key,
        orders.delivery_location_key,
        orders.order_status_key,
        orders.employee_key,
        orders.order_date_key,
        {{ date_key('orders.approved_at') }} as approved_date_key,
        {{ date_key('orders.shipped_at') }} as shipped_date_key,
        {{ date_key('orders.delivered_at') }} as delivered_date_key,
        {{ date_key('orders.estimated_delivery_at') }} as estimated_delivery_date_key,

        ---------- strings
        orders.order_status,
        coalesce(orders.currency_code, {{ no_currency() }}) as currency_code,

        ---------- numerics
        cast(coalesce(line_totals.line_count, 0) as integer) as line_count,
        cast(coalesce(line_totals.seller_count, 0) as integer) as seller_count,
        cast(totals.order_amount as decimal(14, 2)) as order_amount,
        cast(totals.discount_amount as decimal(14, 2)) as discount_amount,
        cast(totals.freight_amount as decimal(14, 2)) as freight_amount,
        cast(totals.fee_amount as decimal(14, 2)) as fee_amount,
        cast(totals.tax_amount as decimal(14, 2)) as tax_amount,
        -- the source's own word goes before our sum: it has rounded in its own way
        cast(coalesce(orders.total_amount, totals.sum_amount) as decimal(14, 2)) as total_amount,
        -- a sum is 38 digits wide: Redshift would leave the product no room for decimals
        cast(
            cast(coalesce(orders.total_amount, totals.sum_amount) as decimal(14, 2))
            * orders.reporting_rate
            as decimal(16, 2)
        ) as reporting_amount,
        cast(coalesce(payment_totals.payment_count, 0) as integer) as payment_count,
        cast(coalesce(payment_totals.payment_amount, 0) as decimal(14, 2)) as payment_amount,
        cast(coalesce(payment_totals.refunded_amount, 0) as decimal(14, 2)) as refunded_amount,
        {{ days_between('orders.ordered_at', 'orders.approved_at') }} as days_to_approve,
        {{ days_between('orders.approved_at', 'orders.shipped_at') }} as days_to_ship,
        {{ days_between('orders.shipped_at', 'orders.delivered_at') }} as days_in_transit,
        {{ days_between('orders.ordered_at', 'orders.delivered_at') }} as days_to_deliver,
        {{ days_between('orders.estimated_delivery_at', 'orders.delivered_at') }} as days_late,

        ---------- booleans
        orders.delivered_at is not null as is_delivered,
        -- the promise is a day, given as its midnight: in the afternoon of that day is in time
        {{ days_between('orders.estimated_delivery_at', 'orders.delivered_at') }} > 0 as is_late,

        ---------- timestamps
        orders.ordered_at,
        orders.approved_at,
        orders.shipped_at,
        orders.delivered_at,
        orders.estimated_delivery_at,
        line_totals.shipping_limit_at,

        ---------- technical
        changed._applied_at
    from changed
    inner join orders
        on changed.source_system = orders.source_system
        and changed.order_id = orders.order_id
    inner join totals
        on orders.source_system = totals.source_system
        and orders.order_id = totals.order_id
    left join line_totals
        on orders.source_system = line_totals.source_system
        and orders.order_id = line_totals.order_id
    left join payment_totals
        on orders.source_system = payment_totals.source_system
        and orders.order_id = payment_totals.order_id
)

select * from final
