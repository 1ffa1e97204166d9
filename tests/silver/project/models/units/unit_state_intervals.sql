-- vars: generations, stored (whether there is a table already), sweep
{% set columns = [{'name': 'id', 'data_type': 'integer'}, {'name': 'v', 'data_type': 'varchar'}] %}
with changes as (
    select * from {{ ref('unit_changes') }}
),

events as (
    {{ change_events('changes', columns, ['id']) }}
),

{% set stored = ref('unit_stored_states') %}
{{ state_intervals('events', columns, ['id'], var('generations', []),
                   stored=stored if var('stored', false) else none, sweep=var('sweep', false)) }}

select * from final
