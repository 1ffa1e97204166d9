with settings as (
    select * from {{ ref('stg_woocommerce__settings') }}
),

refund_orders as (
    select * from {{ ref('stg_woocommerce__refund_orders') }}
),

-- every post that was an order once: a deletion may tell no more than the key, and orders that
-- moved to the tables leave placeholders
order_posts as (
    select id from {{ ref('base_woocommerce__wp_posts') }}
    where post_type in ('shop_order', 'shop_order_refund')

    union

    select id from {{ ref('hist_woocommerce__wp_posts') }}
    where post_type in ('shop_order', 'shop_order_refund')
),

posts as (
    select
        posts.id,
        posts._applied_at
    from {{ ref('base_woocommerce__wp_posts') }} as posts
    inner join order_posts on posts.id = order_posts.id
),

-- a value that moved is missing where it hung before; so for addresses and items below
meta_posts as (
    select
        meta_id,
        post_id
    from {{ ref('base_woocommerce__wp_postmeta') }}

    union

    select
        meta_id,
        post_id
    from {{ ref('hist_woocommerce__wp_postmeta') }}
),

metas as (
    select
        order_posts.id,
        metas._applied_at
    from {{ ref('base_woocommerce__wp_postmeta') }} as metas
    inner join meta_posts on metas.meta_id = meta_posts.meta_id
    inner join order_posts on meta_posts.post_id = order_posts.id
),

orders as (
    select
        id,
        _applied_at
    from {{ ref('base_woocommerce__wp_wc_orders') }}
),

address_orders as (
    select
        id,
        order_id
    from {{ ref('base_woocommerce__wp_wc_order_addresses') }}

    union

    select
        id,
        order_id
    from {{ ref('hist_woocommerce__wp_wc_order_addresses') }}
),

addresses as (
    select
        address_orders.order_id as id,
        addresses._applied_at
    from {{ ref('base_woocommerce__wp_wc_order_addresses') }} as addresses
    inner join address_orders on addresses.id = address_orders.id
),

operational as (
    select
        order_id as id,
        _applied_at
    from {{ ref('base_woocommerce__wp_wc_order_operational_data') }}
),

item_orders as (
    select
        order_item_id,
        order_id
    from {{ ref('base_woocommerce__wp_woocommerce_order_items') }}

    union

    select
        order_item_id,
        order_id
    from {{ ref('hist_woocommerce__wp_woocommerce_order_items') }}
),

items as (
    select
        item_orders.order_id as id,
        items._applied_at
    from {{ ref('base_woocommerce__wp_woocommerce_order_items') }} as items
    inner join item_orders on items.order_item_id = item_orders.order_item_id
),

-- MySQL logs whole rows, so a deleted value still names its item
item_metas as (
    select
        item_orders.order_id as id,
        metas._applied_at
    from {{ ref('base_woocommerce__wp_woocommerce_order_itemmeta') }} as metas
    inner join item_orders on metas.order_item_id = item_orders.order_item_id
),

unioned as (
    select
        id,
        cast('order' as varchar) as reason,
        _applied_at
    from posts
    union all
    select
        id,
        cast('order' as varchar) as reason,
        _applied_at
    from orders
    union all
    select
        id,
        cast('value' as varchar) as reason,
        _applied_at
    from metas
    union all
    select
        id,
        cast('value' as varchar) as reason,
        _applied_at
    from operational
    union all
    select
        id,
        cast('address' as varchar) as reason,
        _applied_at
    from addresses
    union all
    select
        id,
        cast('item' as varchar) as reason,
        _applied_at
    from items
    union all
    select
        id,
        cast('item' as varchar) as reason,
        _applied_at
    from item_metas
),

final as (
    select
        ---------- ids
        cast('woocommerce' as varchar) as source_system,
        -- what happens to a refund happens to its order
        coalesce(refund_orders.order_id, cast(unioned.id as varchar)) as order_id,

        ---------- strings
        unioned.reason,

        ---------- timestamps
        -- the shop may have moved its orders to the other storage
        greatest(unioned._applied_at, settings._applied_at) as changed_at
    from unioned
    left join refund_orders on cast(unioned.id as varchar) = refund_orders.refund_id
    cross join settings
    where unioned.id is not null
)

select * from final
