with order_changes as (
    select * from {{ ref('stg_woocommerce__order_changes') }}
    where reason <> 'item'
),

refund_orders as (
    select * from {{ ref('stg_woocommerce__refund_orders') }}
),

final as (
    -- the payment of the order itself
    select
        source_system,
        order_id as payment_id,
        changed_at
    from order_changes

    union all

    -- all its refunds: they bear its customer, and one that goes changes the numbers of the others
    select
        order_changes.source_system,
        refund_orders.refund_id as payment_id,
        order_changes.changed_at
    from order_changes
    inner join refund_orders on order_changes.order_id = refund_orders.order_id
)

select * from final
