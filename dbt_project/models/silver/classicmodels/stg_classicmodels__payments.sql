with source as (
    select * from {{ ref('base_classicmodels__payments') }}
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        cast(customernumber as varchar) || '-' || checknumber as payment_id,
        cast(null as varchar) as order_id,
        cast(customernumber as varchar) as customer_id,
        cast(null as integer) as payment_number,

        ---------- strings
        cast('check' as varchar) as payment_type,

        ---------- numerics
        cast(null as integer) as installments,
        cast(amount as decimal(14, 2)) as amount,

        ---------- strings
        cast('USD' as varchar) as currency_code,

        ---------- booleans
        amount < 0 as is_refund,

        ---------- timestamps
        cast(paymentdate as {{ column_type('timestamp') }}) as paid_at,
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
