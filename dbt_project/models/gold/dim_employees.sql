with employees as (
    select * from {{ ref('employee_records') }}
),

managers as (
    select * from {{ ref('bridge_employee_managers') }}
),

levels as (
    select
        source_system,
        employee_id,
        1 + max(distance) as hierarchy_level
    from managers
    group by source_system, employee_id
),

final as (
    select
        ---------- ids
        {{ surrogate_key(['employees.source_system', 'employees.employee_id']) }} as employee_key,
        employees.source_system,
        employees.employee_id,
        {{ key_or_unknown(['employees.source_system', 'employees.office_id']) }} as office_key,
        {{ key_or_unknown(['employees.source_system', 'employees.reports_to_employee_id']) }}
            as manager_employee_key,

        ---------- strings
        coalesce(employees.first_name || ' ' || employees.last_name, employees.employee_id)
            as employee_name,
        employees.job_title,

        ---------- numerics
        cast(levels.hierarchy_level as integer) as hierarchy_level,

        ---------- booleans
        employees.is_deleted
    from employees
    inner join levels
        on employees.source_system = levels.source_system
        and employees.employee_id = levels.employee_id

    union all

    select
        {{ unknown_key() }} as employee_key,
        cast('unknown' as varchar) as source_system,
        cast('unknown' as varchar) as employee_id,
        {{ unknown_key() }} as office_key,
        {{ unknown_key() }} as manager_employee_key,
        cast('unknown' as varchar) as employee_name,
        cast(null as varchar) as job_title,
        cast(null as integer) as hierarchy_level,
        false as is_deleted
)

select * from final
