with observations as (
    select * from {{ ref('stg_olist__geolocation') }}
),

customer_states as (
    select * from {{ ref('stg_olist__customer_states') }}
),

seller_states as (
    select * from {{ ref('stg_olist__seller_states') }}
),

mentions as (
    select
        source_system,
        zip_code_prefix as location_id,
        city,
        state,
        true as is_reference
    from observations

    union all

    select
        source_system,
        location_id,
        city,
        state,
        false as is_reference
    from customer_states

    union all

    select
        source_system,
        location_id,
        city,
        state,
        false as is_reference
    from seller_states
),

final as (
    select
        ---------- ids
        source_system,
        location_id,

        ---------- strings
        location_id as postal_code,
        city,
        state,
        cast('BR' as varchar) as country_code,

        ---------- booleans
        is_reference
    from mentions
    where location_id is not null
)

select * from final
