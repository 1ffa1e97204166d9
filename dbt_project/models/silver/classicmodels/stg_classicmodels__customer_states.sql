with source as (
    select * from {{ ref('hist_classicmodels__customers') }}
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        cast(customernumber as varchar) as customer_id,
        cast(customernumber as varchar) as customer_unique_id,

        ---------- strings
        customername as customer_name,
        nullif(trim(postalcode), '') as postal_code,
        nullif(trim(city), '') as city,
        nullif(trim(state), '') as state,
        nullif(trim(country), '') as country_code,

        ---------- ids of others
        {{ location_id('country', 'state', 'city', 'postalcode') }} as location_id,
        cast(salesrepemployeenumber as varchar) as sales_employee_id,

        ---------- booleans
        _is_deleted as is_deleted,

        ---------- timestamps
        _valid_from as valid_from,
        _valid_to as valid_to,
        _applied_at,

        ---------- numerics
        creditlimit as credit_limit
    from source
    -- a state that began and ended at one instant was never seen by anyone
    where _valid_to is null or _valid_to > _valid_from
)

select * from renamed
