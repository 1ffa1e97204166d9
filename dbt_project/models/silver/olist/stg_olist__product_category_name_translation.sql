with source as (
    select * from {{ ref('base_olist__product_category_name_translation') }}
),

renamed as (
    select
        ---------- strings
        cast('olist' as varchar) as source_system,
        product_category_name as category_name,
        product_category_name_english as category_name_english,

        ---------- timestamps
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
