with source as (
    select * from {{ ref('base_classicmodels__orders') }}
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        cast(ordernumber as varchar) as order_id,
        cast(customernumber as varchar) as customer_id,
        cast(null as varchar) as delivery_location_id,

        ---------- strings
        status as order_status,
        cast('USD' as varchar) as currency_code,

        ---------- numerics
        cast(null as decimal(14, 2)) as total_amount,
        cast(0 as decimal(14, 2)) as freight_amount,
        cast(0 as decimal(14, 2)) as fee_amount,
        cast(0 as decimal(14, 2)) as tax_amount,

        ---------- timestamps
        cast(orderdate as {{ column_type('timestamp') }}) as ordered_at,
        cast(null as {{ column_type('timestamp') }}) as approved_at,
        cast(shippeddate as {{ column_type('timestamp') }}) as shipped_at,
        cast(null as {{ column_type('timestamp') }}) as delivered_at,
        cast(requireddate as {{ column_type('timestamp') }}) as estimated_delivery_at,
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
