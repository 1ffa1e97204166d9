{# A query: every instant at which a state of an entity began or ended, as `entity` and valid_from, and
   with each the newest _applied_at of all the entity's states.

     states  relation with the column `entity`, valid_from, valid_to (null: open) and _applied_at

   The states are named once: an engine that computes a CTE wherever it is named would do so twice. #}
{% macro instants_of(states, entity) %}
    select
        {{ entity }},
        valid_from,
        max(max(_applied_at)) over (partition by {{ entity }}) as _applied_at
    from (
        select
            states.{{ entity }},
            case when sides.is_start = 1 then states.valid_from else states.valid_to end as valid_from,
            states._applied_at
        from {{ states }} as states
        cross join (
            select 1 as is_start
            union all
            select 0 as is_start
        ) as sides
    ) as edges
    where valid_from is not null
    group by {{ entity }}, valid_from
{% endmacro %}
