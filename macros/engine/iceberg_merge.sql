{# dbt-athena calls this with the new rows in a temporary table. Athena has no transaction over a delete and
   an insert, so the strategies that are such a pair elsewhere become one merge; a plain merge stays the
   adapter's. #}
{% macro iceberg_merge(on_schema_change, tmp_relation, target_relation, unique_key, incremental_predicates,
                       existing_relation, delete_condition, update_condition, insert_condition, force_batch,
                       statement_name='main') %}
    {%- set strategy = config.get('incremental_strategy') -%}
    {%- if strategy not in ['delete+insert', 'replace_keys'] -%}
        {%- do return(dbt.iceberg_merge(
            on_schema_change, tmp_relation, target_relation, unique_key, incremental_predicates,
            existing_relation, delete_condition, update_condition, insert_condition, force_batch
        )) -%}
    {%- endif -%}
    {%- set checked = process_schema_changes(on_schema_change, tmp_relation, existing_relation) -%}
    {%- set arguments = {
        'target_relation': target_relation,
        'temp_relation': tmp_relation,
        'unique_key': unique_key,
        'dest_columns': checked or adapter.get_columns_in_relation(target_relation),
    } -%}
    {%- if strategy == 'replace_keys' -%}
        {%- do return(get_incremental_replace_keys_sql(arguments)) -%}
    {%- endif -%}
    {%- do return(get_incremental_delete_insert_sql(arguments)) -%}
{% endmacro %}

{% macro athena__get_incremental_delete_insert_sql(arg_dict) %}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set changed -%}
        select distinct {{ key | join(', ') }} from {{ arg_dict['temp_relation'] }}
    {%- endset -%}
    {%- do return(athena__replacing_merge(arg_dict, changed)) -%}
{% endmacro %}

{# The rows of the keys that the query `changed` gives leave the table and those of the temporary table
   come in, in one statement: a row to insert matches nothing, whatever its key. #}
{% macro athena__replacing_merge(arg_dict, changed) %}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | list -%}
    merge into {{ arg_dict['target_relation'] }} as target
    using (
        select
            {% for column in arg_dict['dest_columns'] %}
            {# Glue has names in lower case, a key is spelled as at the source #}
            {% if column.name | lower in key | map('lower') | list %}
            changed.{{ column.quoted }},
            {% else %}
            null as {{ column.quoted }},
            {% endif %}
            {% endfor %}
            true as _leaves
        from ({{ changed }}) as changed
        union all
        select
            {{ columns | join(', ') }},
            false as _leaves
        from {{ arg_dict['temp_relation'] }}
    ) as source
    on source._leaves{% for name in key %} and target.{{ name }} = source.{{ name }}{% endfor %}

    when matched then delete
    when not matched and not source._leaves then
        insert ({{ columns | join(', ') }})
        values (source.{{ columns | join(', source.') }})
{% endmacro %}
