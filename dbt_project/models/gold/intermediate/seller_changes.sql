with states as (
    select * from {{ ref('stg_olist__seller_states') }}
),

final as (
    select
        source_system,
        seller_id,
        _applied_at as changed_at
    from states
)

select * from final
