with items as (
    select * from {{ ref('stg_woocommerce__order_items') }}
    where item_type = 'line_item'
),

-- what a refund takes back are items too
orders as (
    select
        order_id,
        currency_code
    from {{ ref('stg_woocommerce__order_records') }}
    where not is_refund
),

final as (
    select
        ---------- ids
        items.source_system,
        items.order_id,
        cast(items.order_item_id as integer) as line_number,
        items.product_id,
        cast(null as varchar) as seller_id,

        ---------- strings
        orders.currency_code,

        ---------- numerics
        items.quantity,
        -- by way of eight decimals, where all engines agree, and round the same half up
        cast(
            cast(
                cast(items.line_subtotal as {{ column_type('double') }})
                / nullif(cast(items.quantity as {{ column_type('double') }}), 0)
                as decimal(22, 8)
            ) as decimal(14, 4)
        ) as unit_price,
        cast(items.line_subtotal as decimal(14, 2)) as line_amount,
        cast(items.line_subtotal - items.line_total as decimal(14, 2)) as discount_amount,
        cast(items.line_tax as decimal(14, 2)) as tax_amount,
        cast(null as decimal(14, 2)) as freight_amount,

        ---------- timestamps
        cast(null as {{ column_type('timestamp') }}) as shipping_limit_at,
        items._applied_at
    from items
    inner join orders on items.order_id = orders.order_id
)

select * from final
