with order_addresses as (
    select * from {{ ref('stg_woocommerce__order_addresses') }}
),

user_states as (
    select * from {{ ref('stg_woocommerce__user_states') }}
),

unioned as (
    {% for mentions in ['order_addresses', 'user_states'] %}
    select
        source_system,
        location_id,
        postal_code,
        city,
        state,
        country_code
    from {{ mentions }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        ---------- ids
        source_system,
        location_id,

        ---------- strings
        postal_code,
        city,
        state,
        country_code,

        ---------- booleans
        false as is_reference
    from unioned
    where location_id is not null
)

select * from final
