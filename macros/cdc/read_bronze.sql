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
        cast(null as {{ column_type('varchar') }}) as "Op",
        cast(null as {{ column_type('varchar') }}) as _dms_timestamp,
        {% for column in table.columns %}
        cast(null as {{ column_type(column.data_type) }}) as {{ adapter.quote(column.name) }},
        {% endfor %}
        cast(null as {{ column_type('varchar') }}) as _dms_change_seq,
        {% for column in table.columns if column.name in table.key %}
        cast(null as {{ column_type(column.data_type) }}) as {{ adapter.quote(before_image(column.name)) }},
        {% endfor %}
        cast(null as {{ column_type('varchar') }}) as _source_file,
        cast(null as {{ column_type('varchar') }}) as _malformed,
        cast(null as {{ column_type('varchar') }}) as _line
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

{% macro athena__read_bronze(table, files) %}
    {# Load files are in the table of the whole folder, change files also in the one by day, whose folders
       alone are listed then. Within what is listed only the files named are opened. #}
    {% set folder = table.source ~ '/' ~ table.schema ~ '/' ~ table.name ~ '/' %}
    {% set days = {} %}
    {% for file in files %}
        {% set day = (file[folder | length :].split('/')[:-1]) | join('/') %}
        {% do days.setdefault('' if 'LOAD' in file.split('/')[-1] else day, []).append(file) %}
    {% endfor %}
    {% set bronze = source(table.source, table.name) %}
    {% set by_day = bronze.incorporate(path={'identifier': bronze.identifier ~ '__by_day'}) %}
    {% set selects = [] %}
    {% if '' in days %}
        {% do selects.append(athena__read_bronze_files(table, bronze, days.pop(''))) %}
    {% endif %}
    {% if days %}
        {% set of_days = "commit_day in ('" ~ days.keys() | join("', '") ~ "')" %}
        {% do selects.append(athena__read_bronze_files(table, by_day, days.values() | sum(start=[])) ~ ' and ' ~ of_days) %}
    {% endif %}
    {{ selects | join(' union all ') }}
{% endmacro %}

{% macro athena__read_bronze_files(table, relation, files) -%}
    select
        op as "Op",
        _dms_timestamp,
        {% for column in table.columns %}
        {{ athena__bronze_value(table, column.name, column.data_type) }} as {{ adapter.quote(column.name) }},
        {% endfor %}
        _dms_change_seq,
        {% for column in table.columns if column.name in table.key %}
        {{ athena__bronze_value(table, before_image(column.name), column.data_type) }} as {{ adapter.quote(before_image(column.name)) }},
        {% endfor %}
        {{ catalog_source_file() }} as _source_file,
        cast(null as varchar) as _malformed,
        cast(null as varchar) as _line
    from {{ relation }}
    where {{ catalog_files(files) }}
{%- endmacro %}

{# A timestamp is in the catalog as the microseconds that the file holds (see ingestion/catalog): as a
   decimal they cannot overflow on their way through nanoseconds. #}
{% macro athena__bronze_value(table, name, data_type) %}
    {% if is_unsigned(table, data_type) %}{% do return(unsigned_value(adapter.quote(name))) %}{% endif %}
    {% if data_type != 'timestamp' %}{% do return(adapter.quote(name)) %}{% endif %}
    {% do return('cast(from_unixtime_nanos(cast(' ~ adapter.quote(name)
        ~ " as decimal(38, 0)) * 1000) at time zone 'UTC' as timestamp(6))") %}
{% endmacro %}

{% macro redshift__read_bronze(table, files) %}
    {# Texts get one width in every run: or a later run would widen the table that it merges into. #}
    {% set text = column_type('varchar') %}
    select
        cast(op as {{ text }}) as "Op",
        cast(_dms_timestamp as {{ text }}) as _dms_timestamp,
        {% for column in table.columns %}
        {{ spectrum_value(table, column.name, column.data_type) }} as {{ adapter.quote(column.name) }},
        {% endfor %}
        cast(_dms_change_seq as {{ text }}) as _dms_change_seq,
        {% for column in table.columns if column.name in table.key %}
        {{ spectrum_value(table, before_image(column.name), column.data_type) }} as {{ adapter.quote(before_image(column.name)) }},
        {% endfor %}
        cast({{ catalog_source_file() }} as {{ text }}) as _source_file,
        cast(null as {{ text }}) as _malformed,
        cast(null as {{ text }}) as _line
    from {{ source(table.source, table.name) }}
    where {{ catalog_files(files) }}
{% endmacro %}

{# The catalog has a timestamp as the microseconds since 1970 that the file holds (see ingestion/catalog). #}
{% macro spectrum_value(table, name, data_type) %}
    {%- set column = adapter.quote(name) -%}
    {%- if is_unsigned(table, data_type) -%}{%- do return(unsigned_value(column)) -%}{%- endif -%}
    {%- if data_type != 'timestamp' -%}{%- do return(column) -%}{%- endif -%}
    {%- do return('dateadd(microsecond, cast(' ~ column ~ " % 1000000 as integer), timestamp 'epoch' + "
        ~ column ~ " / 1000000 * interval '1 second')") -%}
{% endmacro %}

{# Whether a column is MySQL's unsigned bigint, which the catalog can only have as a signed one. #}
{% macro is_unsigned(table, data_type) %}
    {%- do return(table.engine == 'mysql' and data_type == 'decimal(20,0)') -%}
{% endmacro %}

{# Its value: what 63 bits do not hold came as negative. #}
{% macro unsigned_value(column) %}
    {%- do return(
        'cast(case when ' ~ column ~ ' < 0 then cast(' ~ column ~ " as decimal(21, 0)) + cast('18446744073709551616' as "
        ~ 'decimal(21, 0)) else cast(' ~ column ~ ' as decimal(21, 0)) end as decimal(20, 0))'
    ) -%}
{% endmacro %}

{# The path below bronze/ of the file that a row of a table of the catalog comes from. #}
{% macro catalog_source_file() %}
    {%- do return('substr("$path", ' ~ ((lake_root() ~ '/bronze/') | length + 1) ~ ')') -%}
{% endmacro %}

{# A condition on the path, which Athena looks at before it opens a file. Thousands of names would not
   fit into a statement, so then the range between them is read: more files, but the same changes. #}
{% macro catalog_files(files) %}
    {% set prefix = lake_root() ~ '/bronze/' %}
    {% if files | length > 500 %}
        {% do return("\"$path\" between '" ~ prefix ~ files | min ~ "' and '" ~ prefix ~ files | max ~ "'") %}
    {% endif %}
    {% do return("\"$path\" in ('" ~ prefix ~ files | join("', '" ~ prefix) ~ "')") %}
{% endmacro %}
