{# The query behind `dbt source freshness`: when the newest file of a source table arrived. A source of
   which no table has a file was never replicated into this lake, so nothing of it can be stale. #}
{% macro newest_bronze_file(relation) %}
    {% if execute %}
        {% set node = graph.sources.values()
            | selectattr('identifier', 'equalto', relation.identifier)
            | selectattr('schema', 'equalto', relation.schema) | first %}
        select
            coalesce(
                max(case when table_name = '{{ node.name }}' then modified_at end),
                case when count(*) = 0 then {{ utc_now() }} end
            ) as loaded_at
        from ({{ list_bronze_files() }}) as bronze_files
        where source_name = '{{ node.source_name }}'
    {% endif %}
{% endmacro %}
