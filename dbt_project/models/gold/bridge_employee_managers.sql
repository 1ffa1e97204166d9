{#- Managers above managers, join by join: recursive queries differ between engines, and no
    company is this deep. A test tells if one is. -#}
{%- set deepest = 10 -%}

with employees as (
    select * from {{ ref('employee_records') }}
),

-- whoever is their own manager in the end is nobody's: there the way up ends
ways_up as (
    select
        level_0.source_system,
        level_0.employee_id,
        {% for level in range(1, deepest + 1) -%}
        nullif(level_{{ level - 1 }}.reports_to_employee_id, level_0.employee_id)
            as manager_{{ level }},
        {% endfor -%}
        level_0.employee_id as manager_0
    from employees as level_0
    {% for level in range(1, deepest) -%}
    left join employees as level_{{ level }}
        on level_{{ level - 1 }}.source_system = level_{{ level }}.source_system
        and nullif(level_{{ level - 1 }}.reports_to_employee_id, level_0.employee_id)
        = level_{{ level }}.employee_id
    {% endfor %}
),

distances as (
    {% for level in range(deepest + 1) -%}
    select {{ level }} as distance
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor -%}
),

levels as (
    select
        ways_up.source_system,
        ways_up.employee_id,
        case distances.distance
            {% for level in range(deepest + 1) -%}
            when {{ level }} then ways_up.manager_{{ level }}
            {% endfor %}
        end as manager_employee_id,
        distances.distance
    from ways_up
    cross join distances
),

nearest as (
    select
        source_system,
        employee_id,
        manager_employee_id,
        min(distance) as distance
    from levels
    where manager_employee_id is not null
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
