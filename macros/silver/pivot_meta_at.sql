{# A query that says what rows of keys and texts held at several instants: one row per entity and instant at
   which it had any of them, typed as by pivot_meta.

     instants  relation with the column `entity` and valid_from: where to look
     states    relation with the columns `entity` and `meta_id`, meta_key, meta_value, valid_from, valid_to and
               _applied_at: every state that the rows were in, without deletions
     entity    the column that says whose values they are #}
{% macro pivot_meta_at(instants, states, entity, meta_id, columns) %}
    {%- set held -%}
        (
            select
                instants.{{ entity }},
                instants.valid_from,
                held.{{ meta_id }},
                held.meta_key,
                held.meta_value,
                held._applied_at
            from {{ instants }} as instants
            inner join {{ states }} as held
                on instants.{{ entity }} = held.{{ entity }}
                and {{ valid_at('held', 'instants.valid_from') }}
        ) as held
    {%- endset -%}
    {{ pivot_meta(held, [entity, 'valid_from'], meta_id, columns) }}
{% endmacro %}
