with source as (
    select * from {{ ref('base_classicmodels__payments') }}
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        cast(customernumber as varchar) || '-' || checknumber as payment_id,

        ---------- timestamps
        _applied_at as changed_at
    from source
)

select * from renamed
