with source as (
    select * from {{ ref('base_olist__customers') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        customer_id,
        customer_unique_id,

        ---------- strings
        customer_zip_code_prefix as zip_code_prefix,
        customer_city as city,
        customer_state as state,

        ---------- timestamps
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
