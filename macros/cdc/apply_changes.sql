{# A base_ model: the source table as its changes leave it, one row per key, deleted keys kept as
   tombstones so that a late or repeated change cannot bring them back.

       {{ apply_changes('olist', 'order_items', key=['order_id', 'order_item_id']) }}

   Reads only bronze files noticed since its last run, and writes only rows that they change. The
   last change by position wins (see change_position), whatever the order in which files arrive.

   Without a key only inserts arrive. Each is a row under a _change_id of its own (see keyless_events);
   a newer full load replaces all rows before it. #}
{% macro apply_changes(source_name, table_name, key=[]) %}
    {% set row_key = key or ['_change_id'] %}
    {{ config(materialized='incremental', incremental_strategy='merge', unique_key=row_key, dist=row_key[0]) }}
    {% set pending = change_context(source_name, table_name, key) %}
    {% set table = pending.table %}
    {% set columns = table.columns if key else table.columns + [{'name': '_change_id', 'data_type': 'varchar'}] %}
    {% set generation = pending.generations | last | default(none) %}

    with changes as (
        {{ bronze_changes(table, pending.files) }}
    ),

    events as (
        {{ change_events('changes', columns, key) if key else keyless_events('changes', table.columns) }}
    ),

    {{ latest_state('events', columns, row_key, generation, stored=this if is_incremental() else none,
                    sweep=pending.has_load) }}

    select
        *,
        cast({{ "'" ~ pending.noticed_at ~ "'" if pending.noticed_at else 'null' }} as {{ column_type('timestamp') }}) as _noticed_at,
        {{ utc_now() }} as _applied_at
    from final
    {% if pending.files and is_incremental() %}

    union all

    {# Where the files brought nothing new, one row carries the mark on, so that none is read again. #}
    select
        {{ quoted(columns | map(attribute='name'), 'carrier') }},
        carrier._is_deleted,
        carrier._position,
        carrier._committed_at,
        carrier._source_file,
        cast('{{ pending.noticed_at }}' as {{ column_type('timestamp') }}) as _noticed_at,
        carrier._applied_at
    from (select * from {{ this }} where not exists (select 1 from final) limit 1) as carrier
    {% endif %}
{% endmacro %}
