with source as (
    select * from {{ ref('base_olist__products') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        product_id,

        ---------- strings
        product_category_name as category_name,

        ---------- numerics
        product_name_lenght as name_length,
        product_description_lenght as description_length,
        product_photos_qty as photo_count,
        product_weight_g as weight_g,
        product_length_cm as length_cm,
        product_height_cm as height_cm,
        product_width_cm as width_cm,

        ---------- timestamps
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
