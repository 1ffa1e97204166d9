with source as (
    select * from {{ ref('base_olist__order_payments') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        order_id || '-' || cast(payment_sequential as varchar) as payment_id,

        ---------- timestamps
        _applied_at as changed_at
    from source
)

select * from renamed
