{# The incremental strategy `replace_keys`: every row of a changed key leaves the table, then the rows
   that the model made for it come in. Unlike merge it forgets rows that are no more (a deleted order,
   a line taken off an order), unlike delete+insert also when no row at all is left of a key.

       config(materialized='incremental', incremental_strategy='replace_keys',
              unique_key=['source_system', 'order_id'], meta={'changes': 'order_changes'})

   `changes` names the model with one row per key and reason (columns: the unique key and changed_at)
   that the model itself reads; both take the part of it that is newer than the table. The relation
   comes by ref(), so that `dbt run --empty`, which hides the changes from the model, hides them from
   the delete too. Delete and insert run in the transaction that the materialization has opened. #}
{% macro get_incremental_replace_keys_sql(arg_dict) %}
    {%- do return(adapter.dispatch('get_incremental_replace_keys_sql')(arg_dict)) -%}
{% endmacro %}

{# The model that tells what changed, or an error where the strategy was not told all that it needs. #}
{% macro replaced_by(key) %}
    {%- set changes = (config.get('meta') or {}).get('changes') -%}
    {%- if not changes or not key or key is string -%}
        {%- do exceptions.raise_compiler_error(
            "replace_keys needs unique_key, a list of columns, and meta: {changes: <model>}"
        ) -%}
    {%- endif -%}
    {%- do return(ref(changes)) -%}
{% endmacro %}

{% macro default__get_incremental_replace_keys_sql(arg_dict) %}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set changes = replaced_by(key) -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}

    delete from {{ arg_dict['target_relation'] }}
    where exists (
        select 1
        from (
            {# renamed, so that the bare names below can only be the table's #}
            select distinct
                {% for column in key %}
                {{ column }} as changed_{{ column }}{{ ',' if not loop.last }}
                {% endfor %}
            from {{ changes }}
            where {{ newer_than_target('changed_at') }}
        ) as changed
        where {% for column in key -%}
            changed_{{ column }} = {{ column }}{{ ' and ' if not loop.last }}
        {%- endfor %}
    );

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}

{% macro athena__get_incremental_replace_keys_sql(arg_dict) %}
    {# one merge: Athena has no transaction over two statements #}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set changed -%}
        select distinct {{ key | join(', ') }} from {{ replaced_by(key) }} where {{ newer_than_target('changed_at') }}
    {%- endset -%}
    {%- do return(athena__replacing_merge(arg_dict, changed)) -%}
{% endmacro %}
