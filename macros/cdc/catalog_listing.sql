{# A query of the bronze files of a source as list_bronze_files gives them, on engines that tell the path
   of a file only by opening it, history and all: `landfall catalog` lists them beforehand, into a table
   beside those of the source. Where nobody has yet, a warning, and none. #}
{% macro catalog_listing(source_name) %}
    {% set any_table = graph.sources.values() | selectattr('source_name', 'equalto', source_name) | first %}
    {{ return(adapter.dispatch('catalog_listing')(any_table)) }}
{% endmacro %}

{% macro default__catalog_listing(table) %}
    {% set files = adapter.get_relation(table.database, table.schema, 'landfall_files') %}
    {% if files is none %}
        {% do exceptions.warn("source '" ~ table.source_name ~ "' counts as empty: run `landfall catalog --source " ~ table.source_name ~ "` first") %}
        {% do return(none) %}
    {% endif %}
    {% do return(
        'select source_name, schema_name, table_name, source_file, size_bytes, cast(modified_at as '
        ~ column_type('timestamp') ~ ') as modified_at, is_full_load from ' ~ files) %}
{% endmacro %}

{% macro redshift__catalog_listing(table) %}
    {# dbt's catalog does not know Spectrum's tables #}
    {% set files = api.Relation.create(database=target.database, schema=table.schema, identifier='landfall_files') %}
    {% if not run_query("select 1 from svv_external_tables where schemaname = '" ~ files.schema
            ~ "' and tablename = '" ~ files.identifier ~ "'").rows %}
        {% do exceptions.warn("source '" ~ table.source_name ~ "' counts as empty: there is no table " ~ files
            ~ ": make the external schema, and run `landfall catalog --source " ~ table.source_name ~ "`") %}
        {% do return(none) %}
    {% endif %}
    {% set text = column_type('varchar') %}
    {% do return(
        'select cast(source_name as ' ~ text ~ ') as source_name, cast(schema_name as ' ~ text ~ ') as schema_name,'
        ~ ' cast(table_name as ' ~ text ~ ') as table_name, cast(source_file as ' ~ text ~ ') as source_file,'
        ~ ' size_bytes, cast(modified_at as timestamp) as modified_at, is_full_load from ' ~ files) %}
{% endmacro %}
