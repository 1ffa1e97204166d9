with source as (
    select * from {{ ref('hist_olist__customers') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        customer_id,
        customer_unique_id,
        customer_zip_code_prefix as location_id,
        cast(null as varchar) as sales_employee_id,

        ---------- strings
        cast(null as varchar) as customer_name,
        customer_zip_code_prefix as postal_code,
        customer_city as city,
        customer_state as state,
        cast('BR' as varchar) as country_code,

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
