with changed_records as (
    select * from {{ ref('all_customer_states') }}
),

states as (
    select * from {{ ref('all_customer_states') }}
),

final as (
    -- a record that moved from one buyer to another changes both
    select
        states.source_system,
        states.customer_unique_id,
        changed_records._applied_at as changed_at
    from changed_records
    inner join states
        on changed_records.source_system = states.source_system
        and changed_records.customer_id = states.customer_id
    where states.customer_unique_id is not null
)

select * from final
