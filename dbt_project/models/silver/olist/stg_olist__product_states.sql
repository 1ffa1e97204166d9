with source as (
    select * from {{ ref('hist_olist__products') }}
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        product_id,
        cast(null as varchar) as parent_product_id,

        ---------- strings
        cast(null as varchar) as product_name,
        product_category_name as category_name,

        ---------- numerics
        cast(null as decimal(12, 2)) as list_price,
        product_name_lenght as name_length,
        product_description_lenght as description_length,
        product_photos_qty as photo_count,
        product_weight_g as weight_g,
        product_length_cm as length_cm,
        product_height_cm as height_cm,
        product_width_cm as width_cm,

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
