with states as (
    select * from {{ ref('stg_classicmodels__office_states') }}
),

employees as (
    select * from {{ ref('employee_records') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, office_id
            order by valid_from desc
        ) as newest_first
    from states
    where not is_deleted
),

newest as (
    select * from ranked
    where newest_first = 1
),

-- An office that an employee names has its row, whether or not its own has arrived.
named as (
    select
        source_system,
        office_id
    from newest

    union

    select
        source_system,
        office_id
    from employees
    where office_id is not null
),

final as (
    select
        ---------- ids
        {{ surrogate_key(['named.source_system', 'named.office_id']) }} as office_key,
        named.source_system,
        named.office_id,
        {{ key_or_unknown(['newest.source_system', 'newest.location_id']) }} as location_key,

        ---------- strings
        newest.city,
        newest.country as country_code,
        newest.territory,

        ---------- booleans
        -- the newest live state of a deleted office has ended
        newest.valid_to is not null as is_deleted
    from named
    left join newest
        on named.source_system = newest.source_system
        and named.office_id = newest.office_id

    union all

    select
        {{ unknown_key() }} as office_key,
        cast('unknown' as varchar) as source_system,
        cast('unknown' as varchar) as office_id,
        {{ unknown_key() }} as location_key,
        cast(null as varchar) as city,
        cast(null as varchar) as country_code,
        cast(null as varchar) as territory,
        false as is_deleted
)

select * from final
