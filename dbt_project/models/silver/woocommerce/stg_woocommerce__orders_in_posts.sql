with orders as (
    select * from {{ ref('base_woocommerce__wp_posts') }}
    where not _is_deleted
        and post_type in ('shop_order', 'shop_order_refund')
),

metas as (
    select metas.*
    from {{ ref('base_woocommerce__wp_postmeta') }} as metas
    inner join orders on metas.post_id = orders.id
    where not metas._is_deleted
),

order_values as (
    {{ pivot_meta('metas', by=['post_id'], meta_id='meta_id', columns={
        'user_id': ['_customer_user', 'bigint'],
        'currency_code': ['_order_currency', 'varchar'],
        'payment_method': ['_payment_method', 'varchar'],
        'billing_email': ['_billing_email', 'varchar'],
        'billing_country': ['_billing_country', 'varchar'],
        'billing_state': ['_billing_state', 'varchar'],
        'billing_city': ['_billing_city', 'varchar'],
        'billing_postcode': ['_billing_postcode', 'varchar'],
        'shipping_country': ['_shipping_country', 'varchar'],
        'shipping_state': ['_shipping_state', 'varchar'],
        'shipping_city': ['_shipping_city', 'varchar'],
        'shipping_postcode': ['_shipping_postcode', 'varchar'],
        'total_amount': ['_order_total', 'decimal(26,8)'],
        'shipping_amount': ['_order_shipping', 'decimal(26,8)'],
        'shipping_tax_amount': ['_order_shipping_tax', 'decimal(26,8)'],
        'paid_second': ['_date_paid', 'bigint'],
        'completed_second': ['_date_completed', 'bigint'],
        'paid_local': ['_paid_date', 'varchar'],
        'completed_local': ['_completed_date', 'varchar'],
    }) | indent(4) }}
),

final as (
    select
        ---------- ids
        cast(orders.id as varchar) as order_id,
        cast(nullif(orders.post_parent, 0) as varchar) as parent_order_id,
        cast(nullif(order_values.user_id, 0) as varchar) as user_id,

        ---------- strings
        orders.post_status as status,
        order_values.currency_code,
        order_values.payment_method,
        order_values.billing_email,
        order_values.billing_country,
        order_values.billing_state,
        order_values.billing_city,
        order_values.billing_postcode,
        order_values.shipping_country,
        order_values.shipping_state,
        order_values.shipping_city,
        order_values.shipping_postcode,

        ---------- numerics
        order_values.total_amount,
        order_values.shipping_amount,
        order_values.shipping_tax_amount,

        ---------- booleans
        orders.post_type = 'shop_order_refund' as is_refund,

        ---------- timestamps
        -- a post that was never published has only its local time
        coalesce(orders.post_date_gmt, orders.post_date) as created_at,
        -- orders from before WooCommerce 3.0 have only the local one of these too
        {% for event in ['paid', 'completed'] -%}
        coalesce(
            {{ seconds_after_1970('order_values.' ~ event ~ '_second') }},
            {{ safe_timestamp('order_values.' ~ event ~ '_local') }}
        ) as {{ event }}_at,
        {% endfor -%}
        greatest(
            orders._applied_at, coalesce(order_values._applied_at, orders._applied_at)
        ) as _applied_at
    from orders
    left join order_values on orders.id = order_values.post_id
)

select * from final
