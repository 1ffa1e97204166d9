{# Changes as events of one key each: every row of `changes` under its own key, and for an update
   that changed the key also a deletion of the old key, at the same position. #}
{% macro change_events(changes, columns, key) %}
    select
        {% for column in columns %}
        {{ adapter.quote(column.name) }},
        {% endfor %}
        _op,
        _position,
        _committed_at,
        _source_file
    from {{ changes }}

    union all

    select
        {% for column in columns %}
        {% if column.name in key %}
        coalesce({{ adapter.quote(before_image(column.name)) }}, {{ adapter.quote(column.name) }})
        {%- else %}
        cast(null as {{ column_type(column.data_type) }})
        {%- endif %} as {{ adapter.quote(column.name) }},
        {% endfor %}
        'D' as _op,
        _position,
        _committed_at,
        _source_file
    from {{ changes }}
    where _op = 'U' and (
        {% for name in key %}
        {{ adapter.quote(before_image(name)) }} <> {{ adapter.quote(name) }}{{ ' or' if not loop.last }}
        {% endfor %}
    )
{% endmacro %}
