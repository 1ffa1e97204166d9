{# A query of the changes in some bronze files of a table, in one shape whatever the files hold:
   the registry's columns, typed (null where a file does not have one yet); `before_<key>` per key
   column; _op (L for a row of a full load, I, U, D); _position; _committed_at; _source_file. #}
{% macro bronze_changes(table, files) %}
    with read as (
        {% if files %}{{ read_bronze(table, files) }}{% else %}{{ read_no_bronze(table) }}{% endif %}
    ),

    named as (
        select
            *,
            {{ file_name('_source_file') }} as _file_name,
            {{ file_name('_source_file') }} like '%LOAD%' as _is_full_load,
            nullif(_dms_change_seq, '') as _change_seq
        from read
        -- the header line, where DMS was told to write one
        where coalesce("Op", 'I') <> 'Op'
    )

    select
        {% for column in table.columns %}
        cast({{ adapter.quote(column.name) }} as {{ column_type(column.data_type) }}) as {{ adapter.quote(column.name) }},
        {% endfor %}
        {% for column in table.columns if column.name in table.key %}
        cast({{ adapter.quote(before_image(column.name)) }} as {{ column_type(column.data_type) }})
            as {{ adapter.quote(before_image(column.name)) }},
        {% endfor %}
        -- without the column, all changes are inserts (CdcInsertsOnly)
        case when _is_full_load then 'L' else coalesce("Op", 'I') end as _op,
        {{ change_position('_change_seq', '_dms_timestamp', '_file_name', '_is_full_load', table.load_time) }} as _position,
        cast(_dms_timestamp as timestamp) as _committed_at,
        _source_file
    from named
{% endmacro %}

{% macro file_name(path) %}
    {{ return(adapter.dispatch('file_name')(path)) }}
{% endmacro %}

{% macro duckdb__file_name(path) %}
    {%- do return("split_part(" ~ path ~ ", '/', -1)") -%}
{% endmacro %}
