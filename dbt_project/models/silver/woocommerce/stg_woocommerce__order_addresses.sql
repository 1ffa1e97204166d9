{% set forever = "cast('9999-12-31 00:00:00' as " ~ column_type('timestamp') ~ ')' %}
{% set content = [
    'user_id', 'email', 'customer_name', 'country_code', 'state', 'city', 'postal_code'
] %}
with settings as (
    select * from {{ ref('stg_woocommerce__settings') }}
),

order_states as (
    select
        *,
        coalesce(_valid_to, {{ forever }}) as valid_to
    from {{ ref('hist_woocommerce__wp_wc_orders') }}
    where not _is_deleted
        and type = 'shop_order'
        -- a state that began and ended at one instant was never seen by anyone
        and (_valid_to is null or _valid_to > _valid_from)
),

address_states as (
    select
        *,
        coalesce(_valid_to, {{ forever }}) as valid_to
    from {{ ref('hist_woocommerce__wp_wc_order_addresses') }}
    where not _is_deleted
        and (_valid_to is null or _valid_to > _valid_from)
),

in_tables as (
    select
        orders.id as order_id,
        addresses.address_type,
        orders.status,
        cast(nullif(orders.customer_id, 0) as varchar) as user_id,
        orders.billing_email as email,
        addresses.first_name,
        addresses.last_name,
        addresses.country,
        addresses.state,
        addresses.city,
        addresses.postcode,
        greatest(orders._valid_from, addresses._valid_from) as valid_from,
        least(orders.valid_to, addresses.valid_to) as valid_to,
        greatest(orders._applied_at, addresses._applied_at) as _applied_at
    from order_states as orders
    inner join address_states as addresses
        on orders.id = addresses.order_id
        and orders._valid_from < addresses.valid_to
        and orders.valid_to > addresses._valid_from
),

post_states as (
    select
        *,
        _valid_from as valid_from,
        _valid_to as valid_to
    from {{ ref('hist_woocommerce__wp_posts') }}
    where not _is_deleted
        and post_type = 'shop_order'
        and (_valid_to is null or _valid_to > _valid_from)
),

-- of all posts hardly any but orders have these keys
meta_states as (
    select
        *,
        _valid_from as valid_from,
        _valid_to as valid_to
    from {{ ref('hist_woocommerce__wp_postmeta') }}
    where not _is_deleted
        and (_valid_to is null or _valid_to > _valid_from)
        and meta_key in (
            '_customer_user', '_billing_email',
            {% for type in ['billing', 'shipping'] %}
            '_{{ type }}_first_name', '_{{ type }}_last_name', '_{{ type }}_country',
            '_{{ type }}_state', '_{{ type }}_city', '_{{ type }}_postcode'
            {{- ',' if not loop.last }}
            {% endfor %}
        )
),

bounds as (
    select
        id as post_id,
        valid_from,
        valid_to,
        _applied_at
    from post_states

    union all

    select
        post_id,
        valid_from,
        valid_to,
        _applied_at
    from meta_states
),

began as (
    {{ instants_of('bounds', 'post_id') | indent(4) }}
),

instants as (
    select
        *,
        coalesce(
            lead(valid_from) over (partition by post_id order by valid_from), {{ forever }}
        ) as valid_to
    from began
),

meta_values as (
    {{ pivot_meta_at('instants', 'meta_states', entity='post_id', meta_id='meta_id', columns={
        'user_id': ['_customer_user', 'bigint'],
        'email': ['_billing_email', 'varchar'],
        'billing_first_name': ['_billing_first_name', 'varchar'],
        'billing_last_name': ['_billing_last_name', 'varchar'],
        'billing_country': ['_billing_country', 'varchar'],
        'billing_state': ['_billing_state', 'varchar'],
        'billing_city': ['_billing_city', 'varchar'],
        'billing_postcode': ['_billing_postcode', 'varchar'],
        'shipping_first_name': ['_shipping_first_name', 'varchar'],
        'shipping_last_name': ['_shipping_last_name', 'varchar'],
        'shipping_country': ['_shipping_country', 'varchar'],
        'shipping_state': ['_shipping_state', 'varchar'],
        'shipping_city': ['_shipping_city', 'varchar'],
        'shipping_postcode': ['_shipping_postcode', 'varchar'],
    }) | indent(4) }}
),

address_types as (
    select cast('billing' as varchar) as address_type
    union all
    select cast('shipping' as varchar) as address_type
),

in_posts as (
    select
        instants.post_id as order_id,
        address_types.address_type,
        posts.post_status as status,
        cast(nullif(meta_values.user_id, 0) as varchar) as user_id,
        meta_values.email,
        {% for column in ['first_name', 'last_name', 'country', 'state', 'city', 'postcode'] %}
        case
            when address_types.address_type = 'billing' then meta_values.billing_{{ column }}
            else meta_values.shipping_{{ column }}
        end as {{ column }},
        {% endfor %}
        instants.valid_from,
        instants.valid_to,
        instants._applied_at
    from instants
    inner join meta_values
        on instants.post_id = meta_values.post_id
        and instants.valid_from = meta_values.valid_from
    inner join post_states as posts
        on instants.post_id = posts.id
        and {{ valid_at('posts', 'instants.valid_from') }}
    cross join address_types
),

stored as (
    select
        in_tables.*,
        cast('tables' as varchar) as order_storage
    from in_tables

    union all

    select
        in_posts.*,
        cast('posts' as varchar) as order_storage
    from in_posts
),

chosen as (
    select
        stored.*,
        settings.order_storage_since,
        settings._applied_at as chosen_at,
        case when stored.order_storage = settings.order_storage then 1 else 0 end as is_chosen
    from stored
    cross join settings
),

-- since when the storage that the shop works with has had an order
held as (
    select
        *,
        min(case when is_chosen = 1 then valid_from end) over (
            partition by order_id
        ) as held_from,
        max(case when is_chosen = 1 then _applied_at end) over (
            partition by order_id
        ) as held_applied_at
    from chosen
),

-- The other storage has the word on what was before: what it says since is a copy, or stale. An
-- order that never came over ended with the choice.
unioned as (
    select
        order_id,
        address_type,
        status,
        user_id,
        email,
        first_name,
        last_name,
        country,
        state,
        city,
        postcode,
        valid_from,
        case
            when is_chosen = 1 then valid_to
            else least(valid_to, coalesce(held_from, order_storage_since))
        end as valid_to,
        greatest(_applied_at, coalesce(held_applied_at, _applied_at), chosen_at) as _applied_at
    from held
),

cleaned as (
    select
        order_id,
        address_type,
        user_id,
        nullif(lower(trim(email)), '') as email,
        nullif(
            trim(trim(coalesce(first_name, '')) || ' ' || trim(coalesce(last_name, ''))), ''
        ) as customer_name,
        nullif(upper(trim(country)), '') as country_code,
        nullif(trim(state), '') as state,
        nullif(trim(city), '') as city,
        nullif(trim(postcode), '') as postal_code,
        valid_from,
        valid_to,
        _applied_at
    from unioned
    where valid_from < valid_to
        and {{ woocommerce_order_status('status') }} not in ({{ woocommerce_drafts() }})
),

fingerprinted as (
    select
        *,
        {{ surrogate_key(content) }} as fingerprint
    from cleaned
),

compared as (
    select
        *,
        lag(fingerprint) over (
            partition by order_id, address_type order by valid_from
        ) as previous_fingerprint,
        lag(valid_to) over (
            partition by order_id, address_type order by valid_from
        ) as previous_valid_to
    from fingerprinted
),

-- a change of the order that leaves the address alone gives no new state of it
numbered as (
    select
        *,
        sum(
            case
                when fingerprint = previous_fingerprint and valid_from = previous_valid_to then 0
                else 1
            end
        ) over (
            partition by order_id, address_type order by valid_from
            rows between unbounded preceding and current row
        ) as state_number
    from compared
),

final as (
    select
        ---------- ids
        cast('woocommerce' as varchar) as source_system,
        cast(order_id as varchar) as order_id,
        address_type,
        user_id,
        {{ woocommerce_customer_id('user_id', 'email') }} as customer_id,
        {{ location_id('country_code', 'state', 'city', 'postal_code') }} as location_id,

        ---------- strings
        customer_name,
        postal_code,
        city,
        state,
        country_code,

        ---------- timestamps
        min(valid_from) as valid_from,
        nullif(max(valid_to), {{ forever }}) as valid_to,
        max(_applied_at) as _applied_at
    from numbered
    group by order_id, address_type, state_number, {{ content | join(', ') }}
)

select * from final
