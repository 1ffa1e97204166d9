with order_payments as (
    select * from {{ ref('stg_olist__order_payments') }}
),

final as (
    select
        ---------- ids
        source_system,
        order_id || '-' || cast(payment_number as varchar) as payment_id,
        order_id,
        cast(null as varchar) as customer_id,
        payment_number,

        ---------- strings
        payment_type,
        cast('BRL' as varchar) as currency_code,

        ---------- numerics
        installments,
        cast(amount as decimal(14, 2)) as amount,

        ---------- booleans
        false as is_refund,

        ---------- timestamps
        cast(null as {{ column_type('timestamp') }}) as paid_at,
        _applied_at
    from order_payments
)

select * from final
