{# One table of the registry, as the macros here need it:
     {source, engine, schema, name, columns: [{name, data_type}], key: [column], load_time: 'task_start' | 'transfer',
      csv_null: text}
   `load_time` tells what the timestamp of full-load rows means (DMS's UseTaskStartTimeForFullLoadTimestamp).
   `csv_null` is DMS's CsvNullValue. Only at execution: while dbt parses there is no graph yet. #}
{% macro registered_table(source_name, table_name) %}
    {% set found = graph.sources.values()
        | selectattr('source_name', 'equalto', source_name)
        | selectattr('name', 'equalto', table_name) | list %}
    {% if not found %}
        {% do exceptions.raise_compiler_error(
            "No table '" ~ table_name ~ "' in source '" ~ source_name ~ "': declare it in models/silver/"
            ~ source_name ~ "/_" ~ source_name ~ "__sources.yml") %}
    {% endif %}
    {% set node = found[0] %}
    {% set meta = node.config.meta %}
    {% set ours = ['op'] %}
    {% for name in meta.get('primary_key') or [] %}{% do ours.append(before_image(name) | lower) %}{% endfor %}
    {% for column in node.columns.values() if column.name.startswith('_') or column.name | lower in ours %}
        {% do exceptions.raise_compiler_error(
            source_name ~ '.' ~ table_name ~ " declares a column '" ~ column.name
            ~ "', which is a name that bronze and silver use themselves: leave it out, or have DMS rename it") %}
    {% endfor %}
    {% do return({
        'source': source_name,
        'engine': meta.get('engine'),
        'schema': meta.database_schema,
        'name': table_name,
        'columns': node.columns.values() | list,
        'key': meta.get('primary_key') or [],
        'load_time': meta.get('full_load_time', 'task_start'),
        'csv_null': meta.get('csv_null_value', ''),
    }) %}
{% endmacro %}
