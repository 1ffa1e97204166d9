with source as (
    select * from {{ ref('base_olist__orders') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        order_id,
        customer_id,

        ---------- strings
        order_status,

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
