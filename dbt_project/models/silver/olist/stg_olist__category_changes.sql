with source as (
    select * from {{ ref('base_olist__product_category_name_translation') }}
),

renamed as (
    select
        ---------- strings
        cast('olist' as varchar) as source_system,
        product_category_name as category_name,

        ---------- timestamps
        _applied_at as changed_at
    from source
)

select * from renamed
