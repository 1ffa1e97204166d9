with records as (
    select * from {{ ref('stg_woocommerce__order_records') }}
    -- the shop knows that an order was paid, and not in how many parts
    where paid_at is not null
        or is_refund
),

orders as (
    select * from {{ ref('stg_woocommerce__order_records') }}
    where not is_refund
),

final as (
    select
        ---------- ids
        records.source_system,
        records.order_id as payment_id,
        coalesce(records.parent_order_id, records.order_id) as order_id,
        orders.customer_id,
        cast(row_number() over (
            partition by coalesce(records.parent_order_id, records.order_id)
            order by cast(records.order_id as bigint)
        ) as integer) as payment_number,

        ---------- strings
        case when records.is_refund then 'refund' else records.payment_method end as payment_type,

        ---------- numerics
        cast(null as integer) as installments,
        cast(
            case
                when records.is_refund then -abs(records.total_amount)
                else records.total_amount
            end as decimal(14, 2)
        ) as amount,
        records.currency_code,

        ---------- booleans
        records.is_refund,

        ---------- timestamps
        case when records.is_refund then records.created_at else records.paid_at end as paid_at,
        greatest(
            records._applied_at, coalesce(orders._applied_at, records._applied_at)
        ) as _applied_at
    from records
    left join orders
        on coalesce(records.parent_order_id, records.order_id) = orders.order_id
)

select * from final
