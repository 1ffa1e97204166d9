{# What both base_ and hist_ models start from: the table's registry entry and what is new in bronze
   for this model (see new_bronze_files). Checks the key that the model names against the registry, and
   the registry's columns against those of the table that the model has built. #}
{% macro change_context(source_name, table_name, key) %}
    {# named here so that dbt sees the lineage while it parses #}
    {% set bronze = source(source_name, table_name) %}
    {% set noticed = ref('bronze_files') %}
    {% if not execute %}
        {% do return({'table': {'columns': [], 'key': key}, 'files': [], 'generations': []}) %}
    {% endif %}

    {% set table = registered_table(source_name, table_name) %}
    {% if table.key != key %}
        {% do exceptions.raise_compiler_error(
            this.identifier ~ ' applies changes on key ' ~ key | join(', ') ~ ', but the registry says that '
            ~ source_name ~ '.' ~ table_name ~ ' has the key ' ~ table.key | join(', ') ~ ': make them agree') %}
    {% endif %}
    {# `dbt compile` and `dbt docs generate` work before the first build too #}
    {% if flags.EMPTY or load_relation(noticed) is none %}
        {% do return({'table': table, 'files': [], 'generations': []}) %}
    {% endif %}

    {% if is_incremental() %}
        {% do require_declared_columns(table) %}
    {% endif %}
    {% do return(dict(new_bronze_files(table, this if is_incremental() else none), table=table)) %}
{% endmacro %}

{# A column that was declared since the table was built would be null in its old rows, where bronze has
   the values: only a build from bronze is right. #}
{% macro require_declared_columns(table) %}
    {% set declared = table.columns | map(attribute='name') | map('lower') | list %}
    {% set built = adapter.get_columns_in_relation(this) | map(attribute='name') | map('lower') | list %}
    {% set new = declared | reject('in', built) | list %}
    {% set old = [] %}
    {% for name in built if name not in declared and not name.startswith('_') %}
        {% do old.append(name) %}
    {% endfor %}
    {% if new or old %}
        {% do exceptions.raise_compiler_error(
            'the registry has changed since ' ~ this.identifier ~ ' was built ('
            ~ ((['new: ' ~ new | join(', ')] if new else []) + (['gone: ' ~ old | join(', ')] if old else [])) | join('; ')
            ~ '): build it anew with `dbt build --full-refresh --select ' ~ this.identifier ~ '`') %}
    {% endif %}
{% endmacro %}
