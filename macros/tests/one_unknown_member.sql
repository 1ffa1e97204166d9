{# A dimension has the unknown member, once. #}
{% test one_unknown_member(model, column_name, unknown=none) %}
    select count(*) as unknown_members
    from {{ model }}
    where {{ column_name }} = {{ unknown if unknown is not none else unknown_key() }}
    having count(*) <> 1
{% endtest %}
