with orders as (
    select * from {{ ref('base_woocommerce__wp_wc_orders') }}
    where not _is_deleted
        and type in ('shop_order', 'shop_order_refund')
),

billing as (
    select * from {{ ref('base_woocommerce__wp_wc_order_addresses') }}
    where not _is_deleted
        and address_type = 'billing'
),

shipping as (
    select * from {{ ref('base_woocommerce__wp_wc_order_addresses') }}
    where not _is_deleted
        and address_type = 'shipping'
),

operational as (
    select * from {{ ref('base_woocommerce__wp_wc_order_operational_data') }}
    where not _is_deleted
),

final as (
    select
        ---------- ids
        cast(orders.id as varchar) as order_id,
        cast(nullif(orders.parent_order_id, 0) as varchar) as parent_order_id,
        cast(nullif(orders.customer_id, 0) as varchar) as user_id,

        ---------- strings
        orders.status,
        nullif(trim(orders.currency), '') as currency_code,
        nullif(trim(orders.payment_method), '') as payment_method,
        nullif(trim(orders.billing_email), '') as billing_email,
        billing.country as billing_country,
        billing.state as billing_state,
        billing.city as billing_city,
        billing.postcode as billing_postcode,
        shipping.country as shipping_country,
        shipping.state as shipping_state,
        shipping.city as shipping_city,
        shipping.postcode as shipping_postcode,

        ---------- numerics
        orders.total_amount,
        operational.shipping_total_amount as shipping_amount,
        operational.shipping_tax_amount,

        ---------- booleans
        orders.type = 'shop_order_refund' as is_refund,

        ---------- timestamps
        orders.date_created_gmt as created_at,
        operational.date_paid_gmt as paid_at,
        operational.date_completed_gmt as completed_at,
        greatest(
            orders._applied_at,
            coalesce(billing._applied_at, orders._applied_at),
            coalesce(shipping._applied_at, orders._applied_at),
            coalesce(operational._applied_at, orders._applied_at)
        ) as _applied_at
    from orders
    left join billing on orders.id = billing.order_id
    left join shipping on orders.id = shipping.order_id
    left join operational on orders.id = operational.order_id
)

select * from final
