{# The query behind `dbt source freshness`: when the newest file of a source table arrived. #}
{% macro newest_bronze_file(relation) %}
    {% if execute %}
        {% set node = graph.sources.values()
            | selectattr('identifier', 'equalto', relation.identifier)
            | selectattr('schema', 'equalto', relation.schema) | first %}
        select max(modified_at) as loaded_at
        from ({{ list_bronze_files() }}) as bronze_files
        where source_name = '{{ node.source_name }}' and table_name = '{{ node.name }}'
    {% endif %}
{% endmacro %}
