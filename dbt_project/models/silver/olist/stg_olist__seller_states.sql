with source as (
    select * from {{ ref('hist_olist__sellers') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        seller_id,
        seller_zip_code_prefix as location_id,

        ---------- strings
        seller_zip_code_prefix as postal_code,
        seller_city as city,
        seller_state as state,

        ---------- booleans
        _is_deleted as is_deleted,

        ---------- timestamps
        _valid_from as valid_from,
        _valid_to as valid_to,
        _applied_at
    from source
    -- a state that began and ended at one instant was never seen by anyone
    where _valid_to is null or _valid_to > _valid_from
)

select * from renamed
