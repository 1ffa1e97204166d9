with items as (
    select * from {{ ref('stg_olist__order_items') }}
),

final as (
    select
        ---------- ids
        source_system,
        order_id,
        line_number,
        product_id,
        seller_id,

        ---------- strings
        cast('BRL' as varchar) as currency_code,

        ---------- numerics
        cast(1 as decimal(18, 4)) as quantity,
        cast(unit_price as decimal(14, 4)) as unit_price,
        cast(unit_price as decimal(14, 2)) as line_amount,
        cast(0 as decimal(14, 2)) as discount_amount,
        cast(0 as decimal(14, 2)) as tax_amount,
        cast(freight_amount as decimal(14, 2)) as freight_amount,

        ---------- timestamps
        shipping_limit_at,
        _applied_at
    from items
)

select * from final
