with refunds_in_tables as (
    select
        id as refund_id,
        parent_order_id as order_id
    from {{ ref('base_woocommerce__wp_wc_orders') }}
    where type = 'shop_order_refund'

    union

    select
        id as refund_id,
        parent_order_id as order_id
    from {{ ref('hist_woocommerce__wp_wc_orders') }}
    where type = 'shop_order_refund'
),

refunds_in_posts as (
    select
        id as refund_id,
        post_parent as order_id
    from {{ ref('base_woocommerce__wp_posts') }}
    where post_type = 'shop_order_refund'

    union

    select
        id as refund_id,
        post_parent as order_id
    from {{ ref('hist_woocommerce__wp_posts') }}
    where post_type = 'shop_order_refund'
),

unioned as (
    select * from refunds_in_tables
    union
    select * from refunds_in_posts
),

final as (
    select
        ---------- ids
        cast('woocommerce' as varchar) as source_system,
        cast(refund_id as varchar) as refund_id,
        cast(order_id as varchar) as order_id
    from unioned
    where order_id <> 0
)

select * from final
