{# A hist_ model: what each key of a source table went through, from the change log itself. One row
   per key and committed state; a deletion is a state too, and several changes in one transaction
   are one. Replayable: late or repeated files give the same intervals.

       {{ change_history('olist', 'sellers', key=['seller_id']) }} #}
{% macro change_history(source_name, table_name, key) %}
    {{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=key, dist=(key or ['auto'])[0]) }}
    {% if execute and not key %}
        {% do exceptions.raise_compiler_error(
            this.identifier ~ ': a table without a key has no history, only inserts, and its base_ model holds '
            ~ 'them: leave this model out, or give the table a key') %}
    {% endif %}
    {% set pending = change_context(source_name, table_name, key) %}
    {% set table = pending.table %}

    with changes as (
        {{ bronze_changes(table, pending.files) }}
    ),

    events as (
        {{ change_events('changes', table.columns, key) }}
    ),

    {{ state_intervals('events', table.columns, key, pending.generations,
                       stored=this if is_incremental() else none, sweep=pending.has_load) }}

    select
        *,
        cast({{ "'" ~ pending.noticed_at ~ "'" if pending.noticed_at else 'null' }} as {{ column_type('timestamp') }}) as _noticed_at,
        {{ utc_now() }} as _applied_at
    from final
{% endmacro %}
