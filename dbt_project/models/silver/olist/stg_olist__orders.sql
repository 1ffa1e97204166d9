with source as (
    select * from {{ ref('base_olist__orders') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        order_id,
        customer_id,
        -- a parcel goes to the address of the order's own customer record
        cast(null as varchar) as delivery_location_id,

        ---------- strings
        order_status,
        cast('BRL' as varchar) as currency_code,

        ---------- numerics
        -- nothing is charged with the order as a whole: freight stands with the lines
        cast(null as decimal(14, 2)) as total_amount,
        cast(0 as decimal(14, 2)) as freight_amount,
        cast(0 as decimal(14, 2)) as fee_amount,
        cast(0 as decimal(14, 2)) as tax_amount,

        ---------- timestamps
        order_purchase_timestamp as ordered_at,
        order_approved_at as approved_at,
        order_delivered_carrier_date as shipped_at,
        order_delivered_customer_date as delivered_at,
        order_estimated_delivery_date as estimated_delivery_at,
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
