with orders as (
    select * from {{ ref('all_orders') }}
),

known_statuses as (
    select * from {{ ref('order_statuses') }}
),

-- A status that a source invents tomorrow has its row too, of outcome 'unknown'.
all_statuses as (
    select
        source_system,
        order_status
    from known_statuses

    union

    select
        source_system,
        order_status
    from orders
    where order_status is not null
),

final as (
    select
        ---------- ids
        {{ surrogate_key(['all_statuses.source_system', 'all_statuses.order_status']) }}
            as order_status_key,
        all_statuses.source_system,

        ---------- strings
        all_statuses.order_status,
        coalesce(known_statuses.outcome, 'unknown') as outcome,

        ---------- numerics
        known_statuses.status_rank
    from all_statuses
    left join known_statuses
        on all_statuses.source_system = known_statuses.source_system
        and all_statuses.order_status = known_statuses.order_status

    union all

    select
        {{ unknown_key() }} as order_status_key,
        cast('unknown' as varchar) as source_system,
        cast('unknown' as varchar) as order_status,
        cast('unknown' as varchar) as outcome,
        cast(null as integer) as status_rank
)

select * from final
