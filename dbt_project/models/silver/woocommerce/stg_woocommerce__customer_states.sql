with user_states as (
    select * from {{ ref('stg_woocommerce__user_states') }}
),

users as (
    select
        source_system,
        'user-' || user_id as customer_id,
        customer_name,
        location_id,
        postal_code,
        city,
        state,
        country_code,
        is_deleted,
        valid_from,
        valid_to,
        _applied_at
    from user_states
),

-- who has no account is known by the orders alone
guest_addresses as (
    select * from {{ ref('stg_woocommerce__order_addresses') }}
    where address_type = 'billing'
        and user_id is null
        and customer_id is not null
),

bounds as (
    select
        customer_id,
        valid_from as bound_at,
        1 as opened
    from guest_addresses

    union all

    select
        customer_id,
        valid_to as bound_at,
        -1 as opened
    from guest_addresses
    where valid_to is not null
),

instants as (
    select
        customer_id,
        bound_at,
        sum(opened) as opened
    from bounds
    group by customer_id, bound_at
),

counted as (
    select
        customer_id,
        bound_at,
        sum(opened) over (
            partition by customer_id order by bound_at
            rows between unbounded preceding and current row
        ) as open_addresses
    from instants
),

ranked_addresses as (
    select
        *,
        row_number() over (
            partition by customer_id, valid_from order by cast(order_id as bigint) desc
        ) as newest_first
    from guest_addresses
),

changed_guests as (
    select
        customer_id,
        max(_applied_at) as _applied_at
    from guest_addresses
    group by customer_id
),

-- the address given last holds, until no order of the guest is left
guest_instants as (
    select
        counted.customer_id,
        addresses.customer_name,
        addresses.location_id,
        addresses.postal_code,
        addresses.city,
        addresses.state,
        addresses.country_code,
        counted.open_addresses = 0 as is_deleted,
        counted.bound_at as valid_from
    from counted
    left join ranked_addresses as addresses
        on counted.customer_id = addresses.customer_id
        and counted.bound_at = addresses.valid_from
        and addresses.newest_first = 1
    where addresses.customer_id is not null
        or counted.open_addresses = 0
),

guests as (
    select
        cast('woocommerce' as varchar) as source_system,
        guest_instants.customer_id,
        guest_instants.customer_name,
        guest_instants.location_id,
        guest_instants.postal_code,
        guest_instants.city,
        guest_instants.state,
        guest_instants.country_code,
        guest_instants.is_deleted,
        guest_instants.valid_from,
        lead(guest_instants.valid_from) over (
            partition by guest_instants.customer_id order by guest_instants.valid_from
        ) as valid_to,
        changed_guests._applied_at
    from guest_instants
    inner join changed_guests on guest_instants.customer_id = changed_guests.customer_id
),

unioned as (
    select * from users
    union all
    select * from guests
),

final as (
    select
        ---------- ids
        source_system,
        customer_id,
        customer_id as customer_unique_id,
        location_id,
        cast(null as varchar) as sales_employee_id,

        ---------- strings
        customer_name,
        postal_code,
        city,
        state,
        country_code,

        ---------- booleans
        is_deleted,

        ---------- timestamps
        valid_from,
        valid_to,
        _applied_at
    from unioned
)

select * from final
