with settings as (
    select * from {{ ref('stg_woocommerce__settings') }}
),

in_tables as (
    select * from {{ ref('stg_woocommerce__orders_in_tables') }}
),

in_posts as (
    select * from {{ ref('stg_woocommerce__orders_in_posts') }}
),

-- the other storage may hold the same orders still, or again, as they were once
unioned as (
    select
        in_tables.*,
        settings.currency_code as shop_currency_code,
        settings._applied_at as chosen_at
    from in_tables
    inner join settings on settings.order_storage = 'tables'

    union all

    select
        in_posts.*,
        settings.currency_code as shop_currency_code,
        settings._applied_at as chosen_at
    from in_posts
    inner join settings on settings.order_storage = 'posts'
),

final as (
    select
        ---------- ids
        cast('woocommerce' as varchar) as source_system,
        order_id,
        parent_order_id,
        -- a refund bears the user at best: who bought is said by its order
        case
            when not is_refund then {{ woocommerce_customer_id('user_id', 'billing_email') }}
        end as customer_id,
        -- where nothing is to be shipped, the order has no other address than the bill's
        coalesce(
            {{ location_id(
                'shipping_country', 'shipping_state', 'shipping_city', 'shipping_postcode'
            ) }},
            {{ location_id(
                'billing_country', 'billing_state', 'billing_city', 'billing_postcode'
            ) }}
        ) as delivery_location_id,

        ---------- strings
        {{ woocommerce_order_status('status') }} as order_status,
        coalesce(currency_code, shop_currency_code) as currency_code,
        payment_method,

        ---------- numerics
        total_amount,
        coalesce(shipping_amount, 0) as shipping_amount,
        coalesce(shipping_tax_amount, 0) as shipping_tax_amount,

        ---------- booleans
        is_refund,

        ---------- timestamps
        created_at,
        paid_at,
        completed_at,
        greatest(_applied_at, chosen_at) as _applied_at
    from unioned
    where {{ woocommerce_order_status('status') }} not in ({{ woocommerce_drafts() }})
)

select * from final
