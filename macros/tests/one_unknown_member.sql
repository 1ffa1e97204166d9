{# A dimension has the unknown member, once. #}
{% test one_unknown_member(model, column_name, unknown=none) %}
    select count(*) as unknown_members
    from {{ model }}
    where {{ column_name }} = {{ unknown if unknown is not none else unknown_key() }}
    {# with --empty, tests see no row of any model #}
    having count(*) <> {{ 0 if flags.EMPTY else 1 }}
{% endtest %}
