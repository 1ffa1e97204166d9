with source as (
    select * from {{ ref('base_woocommerce__wp_options') }}
    where option_name in ('woocommerce_custom_orders_table_enabled', 'woocommerce_currency')
),

options as (
    select
        case when not _is_deleted then option_value end as option_value,
        option_name = 'woocommerce_currency' as is_currency,
        _committed_at,
        _applied_at
    from source
),

final as (
    select
        ---------- strings
        cast('woocommerce' as varchar) as source_system,
        -- a shop from before 2022 does not have the setting, and keeps orders as posts
        case
            when max(case when not is_currency then option_value end) = 'yes' then 'tables'
            else 'posts'
        end as order_storage,
        max(case when is_currency then option_value end) as currency_code,

        ---------- timestamps
        coalesce(max(case when not is_currency then _committed_at end), {{ first_instant() }})
            as order_storage_since,
        coalesce(max(_applied_at), {{ first_instant() }}) as _applied_at
    from options
)

select * from final
