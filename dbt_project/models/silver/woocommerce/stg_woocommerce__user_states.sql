with user_states as (
    select
        *,
        _valid_from as valid_from,
        _valid_to as valid_to
    from {{ ref('hist_woocommerce__wp_users') }}
    -- a state that began and ended at one instant was never seen by anyone
    where _valid_to is null or _valid_to > _valid_from
),

-- Deleted ones tell when as well: of a value that was set and deleted within a second nothing else
-- is left, and a build in between has seen it.
meta_states as (
    select
        *,
        _valid_from as valid_from,
        _valid_to as valid_to
    from {{ ref('hist_woocommerce__wp_usermeta') }}
    where
        meta_key in (
            'first_name', 'last_name', 'billing_country', 'billing_state', 'billing_city',
            'billing_postcode'
        )
),

live_metas as (
    select * from meta_states
    where not _is_deleted
),

bounds as (
    select
        id as user_id,
        valid_from,
        valid_to,
        _applied_at
    from user_states

    union all

    select
        user_id,
        valid_from,
        valid_to,
        _applied_at
    from meta_states
),

instants as (
    {{ instants_of('bounds', 'user_id') | indent(4) }}
),

meta_values as (
    {{ pivot_meta_at('instants', 'live_metas', entity='user_id', meta_id='umeta_id', columns={
        'first_name': ['first_name', 'varchar'],
        'last_name': ['last_name', 'varchar'],
        'billing_country': ['billing_country', 'varchar'],
        'billing_state': ['billing_state', 'varchar'],
        'billing_city': ['billing_city', 'varchar'],
        'billing_postcode': ['billing_postcode', 'varchar'],
    }) | indent(4) }}
),

final as (
    select
        ---------- ids
        cast('woocommerce' as varchar) as source_system,
        cast(instants.user_id as varchar) as user_id,
        {{ location_id(
            'meta_values.billing_country', 'meta_values.billing_state',
            'meta_values.billing_city', 'meta_values.billing_postcode'
        ) }} as location_id,

        ---------- strings
        coalesce(
            nullif(trim(
                coalesce(meta_values.first_name, '') || ' ' || coalesce(meta_values.last_name, '')
            ), ''),
            nullif(trim(registered.display_name), '')
        ) as customer_name,
        meta_values.billing_postcode as postal_code,
        meta_values.billing_city as city,
        meta_values.billing_state as state,
        upper(meta_values.billing_country) as country_code,

        ---------- booleans
        registered._is_deleted as is_deleted,

        ---------- timestamps
        instants.valid_from,
        lead(instants.valid_from) over (
            partition by instants.user_id order by instants.valid_from
        ) as valid_to,
        instants._applied_at
    from instants
    inner join user_states as registered
        on instants.user_id = registered.id
        and {{ valid_at('registered', 'instants.valid_from') }}
    left join meta_values
        on instants.user_id = meta_values.user_id
        and instants.valid_from = meta_values.valid_from
)

select * from final
