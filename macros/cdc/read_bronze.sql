{# The rows of some bronze files as they are, with every column that DMS writes and the registry
   declares, and _source_file (the path below bronze/). #}
{% macro read_bronze(table, files) %}
    {{ return(adapter.dispatch('read_bronze')(table, files)) }}
{% endmacro %}

{# The same columns, and no row: before the first file of a table, and for `dbt build --empty`. #}
{% macro read_no_bronze(table) %}
    select
        cast(null as varchar) as "Op",
        cast(null as varchar) as _dms_timestamp,
        {% for column in table.columns %}
        cast(null as {{ column_type(column.data_type) }}) as {{ adapter.quote(column.name) }},
        {% endfor %}
        cast(null as varchar) as _dms_change_seq,
        {% for column in table.columns if column.name in table.key %}
        cast(null as {{ column_type(column.data_type) }}) as {{ adapter.quote(before_image(column.name)) }},
        {% endfor %}
        cast(null as varchar) as _source_file
    where 1 = 0
{% endmacro %}

{% macro duckdb__read_bronze(table, files) %}
    {# the files are named one by one, so only they are opened; `by name` gives a column that no file
       has yet as nulls, and leaves out one that the registry does not declare #}
    {% set prefix = lake_root() ~ '/bronze/' %}
    {% set parquet = [] %}
    {% set csv = [] %}
    {% for file in files %}
        {% do (parquet if file.endswith('.parquet') else csv).append("'" ~ prefix ~ file ~ "'") %}
    {% endfor %}
    select * replace (substr(_source_file, {{ prefix | length + 1 }}) as _source_file)
    from (
        {{ read_no_bronze(table) }}
        {% if parquet %}
        union all by name
        select * from read_parquet([{{ parquet | join(', ') }}], union_by_name = true, filename = '_source_file')
        {% endif %}
        {% if csv %}
        union all by name
        {# no detection: a file of few rows gives it nothing to go by. Older files of a table are
           narrower, and padding them forbids a parallel scan of quoted newlines. #}
        select * from read_csv(
            [{{ csv | join(', ') }}], auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
            null_padding = true, parallel = false, nullstr = '{{ table.csv_null }}', filename = '_source_file',
            columns = {
                'Op': 'varchar', '_dms_timestamp': 'varchar',
                {% for column in table.columns %}'{{ column.name }}': 'varchar', {% endfor %}
                '_dms_change_seq': 'varchar',
                {% for column in table.columns if column.name in table.key %}
                '{{ before_image(column.name) }}': 'varchar',
                {% endfor %}
            }
        )
        {% endif %}
    ) as files
{% endmacro %}
