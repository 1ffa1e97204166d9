with states as (
    select * from {{ ref('stg_classicmodels__employee_states') }}
),

customer_states as (
    select * from {{ ref('all_customer_states') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, employee_id
            order by valid_from desc
        ) as newest_first
    from states
    where not is_deleted
),

newest as (
    select * from ranked
    where newest_first = 1
),

-- whoever a customer or a subordinate names is there, whether or not the own row has arrived
named as (
    select
        source_system,
        employee_id
    from newest

    union

    select
        source_system,
        reports_to_employee_id as employee_id
    from newest
    where reports_to_employee_id is not null

    union

    select
        source_system,
        sales_employee_id as employee_id
    from customer_states
    where sales_employee_id is not null
),

final as (
    select
        named.source_system,
        named.employee_id,
        newest.office_id,
        newest.reports_to_employee_id,
        newest.first_name,
        newest.last_name,
        newest.job_title,
        -- the newest live state of a deleted employee has ended
        newest.valid_to is not null as is_deleted
    from named
    left join newest
        on named.source_system = newest.source_system
        and named.employee_id = newest.employee_id
)

select * from final
