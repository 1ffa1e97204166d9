{# Changes as events of one key each: every row of `changes` under its own key, and for an update
   that changed the key also a deletion of the old key, at the same position. Rows without a whole
   key are left out. #}
{% macro change_events(changes, columns, key) %}
    {% if execute and not key %}
        {% do exceptions.raise_compiler_error(
            this.identifier ~ ': a table without a primary key has no changes to apply, only inserts: '
            ~ 'model them on bronze_changes, or give the table a key') %}
    {% endif %}
    select
        {% for column in columns %}
        {{ adapter.quote(column.name) }},
        {% endfor %}
        _op,
        _position,
        _committed_at,
        _source_file
    from {{ changes }}
    where {% for name in key %}{{ adapter.quote(name) }} is not null{{ ' and ' if not loop.last }}{% endfor %}

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
