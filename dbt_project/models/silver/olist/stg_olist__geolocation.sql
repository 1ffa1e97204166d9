with source as (
    select * from {{ ref('base_olist__geolocation') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        geolocation_id,

        ---------- strings
        geolocation_zip_code_prefix as zip_code_prefix,
        geolocation_city as city,
        geolocation_state as state,

        ---------- numerics
        geolocation_lat as latitude,
        geolocation_lng as longitude,

        ---------- timestamps
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
