with places as (
    select * from {{ ref('all_places') }}
),

observations as (
    select * from {{ ref('stg_olist__geolocation') }}
),

-- Addresses of the past and of deleted rows count too: facts and old versions point to them.
spellings as (
    select
        source_system,
        location_id,
        postal_code,
        city,
        state,
        country_code,
        is_reference,
        count(*) as occurrences
    from places
    group by
        source_system, location_id, postal_code, city, state, country_code, is_reference
),

-- what a list of places says goes before what customers type
ranked as (
    select
        *,
        row_number() over (
            partition by source_system, location_id
            order by
                case when is_reference then 0 else 1 end asc,
                occurrences desc,
                coalesce(city, '') asc,
                coalesce(state, '') asc,
                coalesce(postal_code, '') asc,
                coalesce(country_code, '') asc
        ) as best_first
    from spellings
),

-- Sums of decimals do not depend on the order of the rows, sums of floating numbers do.
coordinates as (
    select
        source_system,
        zip_code_prefix as location_id,
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
        {{ surrogate_key(['ranked.source_system', 'ranked.location_id']) }} as location_key,
        ranked.source_system,
        ranked.location_id,

        ---------- strings
        ranked.postal_code,
        ranked.city,
        ranked.state,
        ranked.country_code,

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
        and ranked.location_id = coordinates.location_id
    where ranked.best_first = 1

    union all

    select
        {{ unknown_key() }} as location_key,
        cast('unknown' as varchar) as source_system,
        cast('unknown' as varchar) as location_id,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        cast(null as varchar) as country_code,
        cast(null as decimal(9, 6)) as latitude,
        cast(null as decimal(9, 6)) as longitude,
        0 as coordinate_count
)

select * from final
