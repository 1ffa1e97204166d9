with states as (
    select * from {{ ref('all_customer_states') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, customer_id
            order by valid_from desc
        ) as newest_first
    from states
    -- an order whose customer record was deleted still knows who bought
    where not is_deleted
),

final as (
    select
        source_system,
        customer_id,
        customer_unique_id,
        location_id,
        sales_employee_id
    from ranked
    where newest_first = 1
)

select * from final
