{# The rows of some bronze files as they are, with every column that DMS writes and the registry
   declares, _source_file (the path below bronze/), and for rows of text files _malformed (what is
   wrong with the row, null if nothing is) and _line (the row as it stands in the file). A value that
   its column cannot hold is null in a malformed row; in a Parquet file it stops the query. #}
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
        cast(null as varchar) as _source_file,
        cast(null as varchar) as _malformed,
        cast(null as varchar) as _line
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
        {{ duckdb__read_csv_bronze(table, csv) }}
        {% endif %}
    ) as files
{% endmacro %}
