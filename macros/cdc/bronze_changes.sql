{# A query of the changes in some bronze files of a table, in one shape whatever the files hold:
   the registry's columns, typed (null where a file does not have one yet); `before_<key>` per key
   column; _op (L for a row of a full load, I, U, D); _position; _committed_at; _source_file.
   Rows that cannot be applied are left out: the model rejected_rows has them. #}
{% macro bronze_changes(table, files) %}
    with sound as (
        select * from ({{ bronze_rows(table, files) }}) as bronze_rows
        where _reason is null
    )

    select
        {% for column in table.columns %}
        cast({{ adapter.quote(column.name) }} as {{ column_type(column.data_type) }}) as {{ adapter.quote(column.name) }},
        {% endfor %}
        {% for column in table.columns if column.name in table.key %}
        cast({{ adapter.quote(before_image(column.name)) }} as {{ column_type(column.data_type) }})
            as {{ adapter.quote(before_image(column.name)) }},
        {% endfor %}
        case when _is_full_load then 'L' else _sent_op end as _op,
        {{ change_position('_change_seq', '_dms_timestamp', '_file_name', '_is_full_load', table.load_time) }} as _position,
        -- an engine may cast before it has left out what has no time
        cast(case when _reason is null then _dms_timestamp end as {{ column_type('timestamp') }}) as _committed_at,
        _source_file
    from sound
{% endmacro %}
