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

{% macro default__list_bronze_files() %}
    {# Athena and Redshift: as `landfall catalog` listed them #}
    {% set selects = [] %}
    {% for name in (graph.sources.values() if execute else []) | map(attribute='source_name') | unique | sort %}
        {% do selects.append(catalog_listing(name)) %}
    {% endfor %}
    {% do return(selects | select | join(' union all ') or no_bronze_files()) %}
{% endmacro %}
