with records as (
    select * from {{ ref('stg_woocommerce__order_records') }}
    where not is_refund
),

fees as (
    select
        order_id,
        sum(line_total) as fee_amount,
        sum(line_tax) as fee_tax_amount,
        max(_applied_at) as _applied_at
    from {{ ref('stg_woocommerce__order_items') }}
    where item_type = 'fee'
    group by order_id
),

final as (
    select
        ---------- ids
        records.source_system,
        records.order_id,
        records.customer_id,
        records.delivery_location_id,

        ---------- strings
        records.order_status,
        records.currency_code,

        ---------- numerics
        cast(records.total_amount as decimal(14, 2)) as total_amount,
        cast(records.shipping_amount as decimal(14, 2)) as freight_amount,
        cast(coalesce(fees.fee_amount, 0) as decimal(14, 2)) as fee_amount,
        cast(
            records.shipping_tax_amount + coalesce(fees.fee_tax_amount, 0) as decimal(14, 2)
        ) as tax_amount,

        ---------- timestamps
        records.created_at as ordered_at,
        records.paid_at as approved_at,
        cast(null as {{ column_type('timestamp') }}) as shipped_at,
        records.completed_at as delivered_at,
        cast(null as {{ column_type('timestamp') }}) as estimated_delivery_at,
        greatest(
            records._applied_at, coalesce(fees._applied_at, records._applied_at)
        ) as _applied_at
    from records
    left join fees on records.order_id = fees.order_id
)

select * from final
