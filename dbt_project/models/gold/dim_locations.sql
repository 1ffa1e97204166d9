with observations as (
    select * from {{ ref('stg_olist__geolocation') }}
),

customer_states as (
    select * from {{ ref('stg_olist__customer_states') }}
),

seller_states as (
    select * from {{ ref('stg_olist__seller_states') }}
),

-- Addresses of the past and of deleted rows count too: facts and old versions point to them.
named_places as (
    select
        source_system,
        zip_code_prefix,
        city,
        state,
        1 as preference
    from observations

    union all

    select
        source_system,
        zip_code_prefix,
        city,
        state,
        2 as preference
    from customer_states

    union all

    select
        source_system,
        zip_code_prefix,
        city,
        state,
        2 as preference
    from seller_states
),

spellings as (
    select
        source_system,
        zip_code_prefix,
        city,
        state,
        preference,
        count(*) as occurrences
    from named_places
    where zip_code_prefix is not null
    group by source_system, zip_code_prefix, city, state, preference
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, zip_code_prefix
            order by
                preference asc, occurrences desc, coalesce(city, '') asc, coalesce(state, '') asc
        ) as best_first
    from spellings
),

-- Sums of decimals do not depend on the order of the rows, sums of floating numbers do.
coordinates as (
    select
        source_system,
        zip_code_prefix,
        sum(cast(latitude as decimal(12, 8))) as latitude_sum,
        sum(cast(longitude as decimal(12, 8))) as longitude_sum,
        count(*) as coordinate_count
    from observations
    -- what is no place on Earth (NaN, too) would not fit the sums
    where latitude between -90 and 90
        and longitude between -180 and 180
    group by source_system, zip_code_prefix
),

final as (
    select
        ---------- ids
        {{ surrogate_key(['ranked.source_system', 'ranked.zip_code_prefix']) }} as location_key,
        ranked.source_system,
        ranked.zip_code_prefix,

        ---------- strings
        ranked.city,
        ranked.state,

        ---------- numerics
        cast(
            cast(coordinates.latitude_sum as {{ column_type('double') }})
            / coordinates.coordinate_count as decimal(9, 6)
        ) as latitude,
        cast(
            cast(coordinates.longitude_sum as {{ column_type('double') }})
            / coordinates.coordinate_count as decimal(9, 6)
        ) as longitude,
        cast(coalesce(coordinates.coordinate_count, 0) as integer) as coordinate_count
    from ranked
    left join coordinates
        on ranked.source_system = coordinates.source_system
        and ranked.zip_code_prefix = coordinates.zip_code_prefix
    where ranked.best_first = 1

    union all

    select
        {{ unknown_key() }} as location_key,
        cast('unknown' as varchar) as source_system,
        cast('unknown' as varchar) as zip_code_prefix,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        cast(null as decimal(9, 6)) as latitude,
        cast(null as decimal(9, 6)) as longitude,
        0 as coordinate_count
)

select * from final
