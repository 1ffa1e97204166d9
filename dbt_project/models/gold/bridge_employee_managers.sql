{#- Managers above managers, level by level: recursive queries differ between engines, and no
    company is this deep. A test tells if one is. -#}
{%- set deepest = 10 -%}

with employees as (
    select * from {{ ref('employee_records') }}
),

level_0 as (
    select
        source_system,
        employee_id,
        employee_id as manager_employee_id
    from employees
),

{% for level in range(1, deepest + 1) -%}
level_{{ level }} as (
    select
        below.source_system,
        below.employee_id,
        employees.reports_to_employee_id as manager_employee_id
    from level_{{ level - 1 }} as below
    inner join employees
        on below.source_system = employees.source_system
        and below.manager_employee_id = employees.employee_id
    -- whoever is their own manager in the end is nobody's
    where employees.reports_to_employee_id is not null
        and employees.reports_to_employee_id <> below.employee_id
),

{% endfor -%}
levels as (
    {% for level in range(deepest + 1) -%}
    select
        *,
        {{ level }} as distance
    from level_{{ level }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor -%}
),

nearest as (
    select
        source_system,
        employee_id,
        manager_employee_id,
        min(distance) as distance
    from levels
    group by source_system, employee_id, manager_employee_id
),

final as (
    select
        ---------- keys
        {{ surrogate_key(['source_system', 'employee_id']) }} as employee_key,
        {{ surrogate_key(['source_system', 'manager_employee_id']) }} as manager_employee_key,

        ---------- ids
        source_system,
        employee_id,
        manager_employee_id,

        ---------- numerics
        cast(distance as integer) as distance
    from nearest
)

select * from final
