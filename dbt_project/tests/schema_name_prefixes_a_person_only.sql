-- Plain schemas stay plain, a person's get a prefix, and no schema means the target's own.
{%- set known_names = [
    ('main', 'gold', 'gold'),
    ('public', 'silver', 'silver'),
    ('default', 'marts', 'marts'),
    ('dev_ann', 'gold', 'dev_ann_gold'),
    ('dev_ann', none, 'dev_ann'),
] %}

with names as (
    {% for target_schema, custom_schema, expected in known_names -%}
    select
        '{{ schema_name(target_schema, custom_schema) }}' as actual,
        '{{ expected }}' as expected
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from names
where actual <> expected
