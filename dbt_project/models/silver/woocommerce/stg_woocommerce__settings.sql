with source as (
    select * from {{ ref('base_woocommerce__wp_options') }}
    where option_name in ('woocommerce_custom_orders_table_enabled', 'woocommerce_currency')
),

final as (
    select
        ---------- strings
        cast('woocommerce' as varchar) as source_system,
        -- a shop from before 2022 does not have the setting, and keeps orders as posts
        case
            when max(case
                when option_name = 'woocommerce_custom_orders_table_enabled' and not _is_deleted
                    then option_value
            end) = 'yes' then 'tables'
            else 'posts'
        end as order_storage,
        max(case
            when option_name = 'woocommerce_currency' and not _is_deleted then option_value
        end) as currency_code,

        ---------- timestamps
        coalesce(max(_applied_at), {{ first_instant() }}) as _applied_at
    from source
)

select * from final
