with changed_states as (
    select * from {{ ref('all_product_states') }}
),

states as (
    select * from {{ ref('all_product_states') }}
),

changed_categories as (
    select * from {{ ref('stg_olist__category_changes') }}
),

final as (
    select
        source_system,
        product_id,
        _applied_at as changed_at
    from changed_states

    union all

    -- a translation that comes, changes or goes, for every product that was ever in the category
    select
        states.source_system,
        states.product_id,
        changed_categories.changed_at
    from changed_categories
    inner join states
        on changed_categories.source_system = states.source_system
        and changed_categories.category_name = nullif(trim(states.category_name), '')
)

select * from final
