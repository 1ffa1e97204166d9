{# A query of the files now in bronze: source_name, schema_name, table_name, source_file (path below
   bronze/), size_bytes, modified_at, is_full_load. #}
{% macro list_bronze_files() %}
    {{ return(adapter.dispatch('list_bronze_files')()) }}
{% endmacro %}

{% macro duckdb__list_bronze_files() %}
    {# read_blob without its content column is a listing: names, sizes and times, no file is opened #}
    {% set prefix = lake_root() ~ '/bronze/' %}
    select
        split_part(source_file, '/', 1) as source_name,
        split_part(source_file, '/', 2) as schema_name,
        split_part(source_file, '/', 3) as table_name,
        source_file,
        size_bytes,
        modified_at,
        split_part(source_file, '/', -1) like '%LOAD%' as is_full_load
    from (
        select
            substr(filename, {{ prefix | length + 1 }}) as source_file,
            cast(size as bigint) as size_bytes,
            cast(last_modified as timestamp) as modified_at
        from read_blob('{{ prefix }}*/*/*/**')
    ) as listed
    where regexp_matches(source_file, '\.(parquet|csv|csv\.gz)$')
{% endmacro %}

{% macro athena__list_bronze_files() %}
    {# Athena tells the path of a file only by opening it, history and all. So `landfall catalog` lists
       them beforehand, into a table beside those of the source. #}
    {% set selects = [] %}
    {% for name, nodes in (graph.sources.values() if execute else []) | groupby('source_name') %}
        {% set files = adapter.get_relation(nodes[0].database, nodes[0].schema, 'landfall_files') %}
        {% if files is none %}
            {% do exceptions.warn("source '" ~ name ~ "' counts as empty: run `landfall catalog --source " ~ name ~ "` first") %}
        {% else %}
            {% do selects.append(
                'select source_name, schema_name, table_name, source_file, size_bytes,'
                ~ ' cast(modified_at as ' ~ column_type('timestamp') ~ ') as modified_at, is_full_load from ' ~ files) %}
        {% endif %}
    {% endfor %}
    {% do return(selects | join(' union all ') or no_bronze_files()) %}
{% endmacro %}

{% macro redshift__list_bronze_files() %}
    {# Spectrum tells the path of a file only by opening it, and never its age. So `landfall catalog` lists
       them beforehand, into a table beside those of the source. #}
    {% set text = column_type('varchar') %}
    {% set selects = [] %}
    {% for name, nodes in (graph.sources.values() if execute else []) | groupby('source_name') %}
        {% set files = api.Relation.create(database=target.database, schema=nodes[0].schema, identifier='landfall_files') %}
        {% set there = run_query("select 1 from svv_external_tables where schemaname = '" ~ files.schema
            ~ "' and tablename = '" ~ files.identifier ~ "'").rows %}
        {% if not there %}
            {% do exceptions.warn("source '" ~ name ~ "' counts as empty: there is no table " ~ files
                ~ ": make the external schema, and run `landfall catalog --source " ~ name ~ "`") %}
        {% else %}
            {% do selects.append(
                'select cast(source_name as ' ~ text ~ ') as source_name, cast(schema_name as ' ~ text ~ ') as schema_name,'
                ~ ' cast(table_name as ' ~ text ~ ') as table_name, cast(source_file as ' ~ text ~ ') as source_file,'
                ~ ' size_bytes, cast(modified_at as timestamp) as modified_at, is_full_load from ' ~ files) %}
        {% endif %}
    {% endfor %}
    {% do return(selects | join(' union all ') or no_bronze_files()) %}
{% endmacro %}
