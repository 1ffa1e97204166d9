with source as (
    select * from {{ ref('base_olist__order_payments') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        order_id,
        payment_sequential as payment_number,

        ---------- strings
        payment_type,

        ---------- numerics
        payment_installments as installments,
        payment_value as amount,

        ---------- timestamps
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
