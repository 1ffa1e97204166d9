{# A query that turns rows of keys and texts (entity-attribute-value) into one row with typed columns:

       {{ pivot_meta('metas', by=['post_id'], meta_id='meta_id', columns={'price': ['_price', 'decimal(26,8)']}) }}

     metas    relation with the columns of `by`, the column `meta_id`, meta_key, meta_value and _applied_at:
              live rows only
     by       what there is to be one row of
     columns  name of each column, the key of its value, its type

   Of a key that stands twice the row with the lowest meta_id counts, as WordPress reads it. Blank text, and
   text that is no number where one is wanted, is null. _applied_at is the newest of the rows. #}
{% macro pivot_meta(metas, by, meta_id, columns) %}
    {%- set keys = [] -%}
    {%- for key, type in columns.values() %}{% do keys.append("'" ~ key ~ "'") %}{% endfor -%}
    select
        {{ by | join(', ') }},
        {% for name, (key, type) in columns.items() %}
        {{ meta_value("max(case when meta_key = '" ~ key ~ "' then meta_value end)", type) }} as {{ name }},
        {% endfor %}
        max(_applied_at) as _applied_at
    from (
        select
            {{ by | join(', ') }},
            meta_key,
            meta_value,
            _applied_at,
            row_number() over (
                partition by {{ by | join(', ') }}, meta_key order by {{ meta_id }}
            ) as first_of_key
        from {{ metas }}
        where meta_key in ({{ keys | join(', ') }})
    ) as ranked
    where first_of_key = 1
    group by {{ by | join(', ') }}
{% endmacro %}

{% macro meta_value(text, type) %}
    {%- do return('nullif(trim(' ~ text ~ "), '')" if type == 'varchar' else safe_number(text, type)) -%}
{% endmacro %}
