with source as (
    select * from {{ ref('hist_classicmodels__offices') }}
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        officecode as office_id,
        {{ location_id('country', 'state', 'city', 'postalcode') }} as location_id,

        ---------- strings
        city,
        country,
        territory,

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
