with customer_places as (
    select
        country,
        state,
        city,
        postalcode
    from {{ ref('hist_classicmodels__customers') }}
),

office_places as (
    select
        country,
        state,
        city,
        postalcode
    from {{ ref('hist_classicmodels__offices') }}
),

unioned as (
    select * from customer_places
    union all
    select * from office_places
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        {{ location_id('country', 'state', 'city', 'postalcode') }} as location_id,

        ---------- strings
        nullif(trim(postalcode), '') as postal_code,
        nullif(trim(city), '') as city,
        nullif(trim(state), '') as state,
        nullif(trim(country), '') as country_code,

        ---------- booleans
        false as is_reference
    from unioned
),

final as (
    select * from renamed
    -- a deletion may tell the key alone
    where location_id is not null
)

select * from final
