{# When the load behind each unnoticed LOAD file began: [(source_file, timestamp or none)]. The start
   opens a generation of its table: a key that is in no file since then is gone, though no D says so.
   `none` where the source stamps its load rows with their transfer time, which tells no generation, and
   where the file cannot be opened: that stops its own table's models (see new_bronze_files). #}
{% macro full_load_starts(listing, noticed) %}
    {% set loads = run_query(
        "select source_name, table_name, source_file from (" ~ unnoticed(listing, noticed) ~ ") as unnoticed"
        ~ " where is_full_load order by source_file").rows %}
    {% set stamped = [] %}
    {% set starts = [] %}
    {% for source_name, table_name, source_file in loads %}
        {% set node = graph.sources.values() | selectattr('source_name', 'equalto', source_name)
            | selectattr('name', 'equalto', table_name) | first | default(none) %}
        {% if node is none or node.config.meta.get('full_load_time') == 'transfer' or not can_be_opened(source_file) %}
            {% do starts.append((source_file, none)) %}
        {% else %}
            {% do stamped.append(source_file) %}
        {% endif %}
    {% endfor %}
    {% for files in stamped | batch(500) %}
        {% for row in run_query(read_load_starts(files)).rows %}
            {% do starts.append((row[0], row[1])) %}
        {% endfor %}
    {% endfor %}
    {% do return(starts) %}
{% endmacro %}

{# A query: source_file, and the earliest timestamp in it, for LOAD files of any tables. #}
{% macro read_load_starts(files) %}
    {{ return(adapter.dispatch('read_load_starts')(files)) }}
{% endmacro %}

{% macro default__read_load_starts(files) %}
    {# Athena and Redshift: by the catalog's tables, one query a table #}
    {% set by_table = {} %}
    {% for file in files %}
        {% do by_table.setdefault(file.split('/')[0] ~ '/' ~ file.split('/')[2], []).append(file) %}
    {% endfor %}
    {% set selects = [] %}
    {% for table, its_files in by_table.items() %}
        {% set names = table.split('/') %}
        {% do selects.append('select ' ~ catalog_source_file() ~ ', min(_dms_timestamp) from ' ~ source(names[0], names[1])
            ~ ' where ' ~ catalog_files(its_files) ~ ' group by "$path"') %}
    {% endfor %}
    {% do return(selects | join(' union all ')) %}
{% endmacro %}

{% macro duckdb__read_load_starts(files) %}
    {% set prefix = lake_root() ~ '/bronze/' %}
    {% set selects = [] %}
    {% for file in files %}
        {% if file.endswith('.parquet') %}
            {% set reader = "read_parquet('" ~ prefix ~ file ~ "')" %}
        {% else %}
            {# its first two columns; of a header line no time is made, so it does not count #}
            {% set reader = "(select try_cast(sent_at as timestamp) as _dms_timestamp from read_csv('" ~ prefix ~ file
                ~ "', auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', strict_mode = false,"
                ~ " parallel = false, columns = {'op': 'varchar', 'sent_at': 'varchar'})) as load_rows" %}
        {% endif %}
        {% do selects.append("select '" ~ file ~ "', cast(min(_dms_timestamp) as varchar) from " ~ reader) %}
    {% endfor %}
    {% do return(selects | join(' union all ')) %}
{% endmacro %}

{# Whether a bronze file can be opened at all. #}
{% macro can_be_opened(source_file) %}
    {{ return(adapter.dispatch('can_be_opened')(source_file)) }}
{% endmacro %}

{% macro default__can_be_opened(source_file) %}
    {# no query tells, short of reading it; the models that do stop at it #}
    {% do return(true) %}
{% endmacro %}

{% macro duckdb__can_be_opened(source_file) %}
    {# opens it to see its columns, reads no row #}
    {% do return(adapter.location_exists(lake_root() ~ '/bronze/' ~ source_file)) %}
{% endmacro %}
