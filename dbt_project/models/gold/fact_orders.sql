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

lines as (
    select * from {{ ref('all_order_lines') }}
),

orders as (
    select * from {{ ref('order_keys') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

sellers as (
    select * from {{ ref('dim_sellers') }}
),

-- Left joins throughout: whatever has not arrived yet, the line is there and its money counts.
final as (
    select
        ---------- ids
        {{ surrogate_key(['lines.source_system', 'lines.order_id', 'lines.line_number']) }}
            as order_line_key,
        lines.source_system,
        lines.order_id,
        lines.line_number,
        lines.product_id,
        lines.seller_id,

        ---------- keys
        coalesce(orders.customer_key, {{ unknown_key() }}) as customer_key,
        coalesce(products.product_key, {{ unknown_key() }}) as product_key,
        coalesce(sellers.seller_key, {{ unknown_key() }}) as seller_key,
        coalesce(orders.employee_key, {{ unknown_key() }}) as employee_key,
        coalesce(orders.delivery_location_key, {{ unknown_key() }}) as delivery_location_key,
        coalesce(orders.order_status_key, {{ unknown_key() }}) as order_status_key,
        coalesce(orders.order_date_key, -1) as order_date_key,

        ---------- strings
        orders.order_status,
        coalesce(orders.currency_code, lines.currency_code, {{ no_currency() }}) as currency_code,

        ---------- numerics
        lines.quantity,
        lines.unit_price,
        lines.line_amount,
        lines.discount_amount,
        lines.tax_amount,
        lines.freight_amount,
        cast(lines.line_amount * orders.reporting_rate as decimal(16, 2)) as reporting_amount,

        ---------- timestamps
        orders.ordered_at,
        lines.shipping_limit_at,

        ---------- technical
        changed._applied_at
    from changed
    inner join lines
        on changed.source_system = lines.source_system
        and changed.order_id = lines.order_id
    left join orders
        on lines.source_system = orders.source_system
        and lines.order_id = orders.order_id
    left join products
        on lines.source_system = products.source_system
        and lines.product_id = products.product_id
        and {{ valid_at('products', 'orders.ordered_at') }}
    left join sellers
        on lines.source_system = sellers.source_system
        and lines.seller_id = sellers.seller_id
        and {{ valid_at('sellers', 'orders.ordered_at') }}
)

select * from final
