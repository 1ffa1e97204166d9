{#- outcome: what has become of the order; rank: how far it got on its way to the customer -#}
{%- set known = [
    ('created', 1, 'open'),
    ('approved', 2, 'open'),
    ('invoiced', 3, 'open'),
    ('processing', 4, 'open'),
    ('shipped', 5, 'open'),
    ('delivered', 6, 'delivered'),
    ('unavailable', none, 'failed'),
    ('canceled', none, 'failed'),
] -%}

with orders as (
    select * from {{ ref('stg_olist__orders') }}
),

known_statuses as (
    {% for status, rank, outcome in known -%}
    select
        cast('{{ status }}' as varchar) as order_status,
        cast({{ rank or 'null' }} as integer) as status_rank,
        cast('{{ outcome }}' as varchar) as outcome
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

source_systems as (
    select distinct source_system from orders
),

-- A status that the source invents tomorrow has its row too, of outcome 'unknown'.
all_statuses as (
    select
        source_systems.source_system,
        known_statuses.order_status
    from source_systems
    cross join known_statuses

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
    left join known_statuses on all_statuses.order_status = known_statuses.order_status

    union all

    select
        {{ unknown_key() }} as order_status_key,
        cast('unknown' as varchar) as source_system,
        cast('unknown' as varchar) as order_status,
        cast('unknown' as varchar) as outcome,
        cast(null as integer) as status_rank
)

select * from final
