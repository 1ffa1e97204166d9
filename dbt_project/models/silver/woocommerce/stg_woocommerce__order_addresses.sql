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

order_posts as (
    select distinct id from post_states
),

meta_states as (
    select
        metas.*,
        metas._valid_from as valid_from,
        metas._valid_to as valid_to
    from {{ ref('hist_woocommerce__wp_postmeta') }} as metas
    inner join order_posts on metas.post_id = order_posts.id
    where not metas._is_deleted
        and (metas._valid_to is null or metas._valid_to > metas._valid_from)
        and metas.meta_key in (
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

edges as (
    select
        post_id,
        valid_from,
        _applied_at
    from bounds

    union all

    select
        post_id,
        valid_to as valid_from,
        _applied_at
    from bounds
    where valid_to is not null
),

instants as (
    select
        post_id,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by post_id order by valid_from), {{ forever }}
        ) as valid_to,
        max(max(_applied_at)) over (partition by post_id) as _applied_at
    from edges
    group by post_id, valid_from
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

in_posts as (
    {% for type in ['billing', 'shipping'] %}
    select
        instants.post_id as order_id,
        cast('{{ type }}' as varchar) as address_type,
        posts.post_status as status,
        cast(nullif(meta_values.user_id, 0) as varchar) as user_id,
        meta_values.email,
        meta_values.{{ type }}_first_name as first_name,
        meta_values.{{ type }}_last_name as last_name,
        meta_values.{{ type }}_country as country,
        meta_values.{{ type }}_state as state,
        meta_values.{{ type }}_city as city,
        meta_values.{{ type }}_postcode as postcode,
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
    {{ 'union all' if not loop.last }}
    {% endfor %}
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

-- since when the storage that the shop works with has had an order
held as (
    select
        stored.order_id,
        min(stored.valid_from) as held_from,
        max(stored._applied_at) as _applied_at
    from stored
    inner join settings on stored.order_storage = settings.order_storage
    group by stored.order_id
),

-- The other storage has the word on what was before: what it says since is a copy, or stale. An
-- order that never came over ended with the choice.
unioned as (
    select
        stored.order_id,
        stored.address_type,
        stored.status,
        stored.user_id,
        stored.email,
        stored.first_name,
        stored.last_name,
        stored.country,
        stored.state,
        stored.city,
        stored.postcode,
        stored.valid_from,
        case
            when stored.order_storage = settings.order_storage then stored.valid_to
            else least(stored.valid_to, coalesce(held.held_from, settings.order_storage_since))
        end as valid_to,
        greatest(
            stored._applied_at,
            coalesce(held._applied_at, stored._applied_at),
            settings._applied_at
        ) as _applied_at
    from stored
    cross join settings
    left join held on stored.order_id = held.order_id
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
