with source as (
    select * from {{ ref('base_olist__order_items') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        order_id,
        order_item_id as line_number,
        product_id,
        seller_id,

        ---------- numerics
        price as unit_price,
        freight_value as freight_amount,

        ---------- timestamps
        shipping_limit_date as shipping_limit_at,
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
