with source as (
    select * from {{ ref('base_olist__sellers') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        seller_id,

        ---------- strings
        seller_zip_code_prefix as zip_code_prefix,
        seller_city as city,
        seller_state as state,

        ---------- timestamps
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
