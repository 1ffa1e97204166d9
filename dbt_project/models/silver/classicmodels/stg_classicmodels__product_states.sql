with source as (
    select * from {{ ref('hist_classicmodels__products') }}
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        productcode as product_id,
        cast(null as varchar) as parent_product_id,

        ---------- strings
        productname as product_name,
        productline as category_name,

        ---------- numerics
        cast(msrp as decimal(12, 2)) as list_price,
        cast(null as integer) as name_length,
        cast(null as integer) as description_length,
        cast(null as integer) as photo_count,
        cast(null as integer) as weight_g,
        cast(null as integer) as length_cm,
        cast(null as integer) as height_cm,
        cast(null as integer) as width_cm,

        ---------- booleans
        _is_deleted as is_deleted,

        ---------- timestamps
        _valid_from as valid_from,
        _valid_to as valid_to,
        _applied_at,

        ---------- strings
        productvendor as vendor,
        productscale as scale,

        ---------- numerics
        buyprice as buy_price
    from source
    -- a state that began and ended at one instant was never seen by anyone
    where _valid_to is null or _valid_to > _valid_from
)

select * from renamed
