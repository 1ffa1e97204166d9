with source as (
    select * from {{ ref('base_classicmodels__productlines') }}
),

renamed as (
    select
        ---------- strings
        cast('classicmodels' as varchar) as source_system,
        productline as category_name,
        textdescription as text_description,
        htmldescription as html_description,

        ---------- timestamps
        _applied_at
    from source
    where not _is_deleted
)

select * from renamed
