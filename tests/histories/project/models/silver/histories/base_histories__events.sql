{# No macro applies changes without a key yet. What one must do: a generation begins at the newest
   load, and a change sent again keeps its sequence (hundredth and counter), under a new file. #}
{{ config(materialized='table') }}
{% set pending = change_context('histories', 'events', []) %}
{% set generation = pending.generations | last | default(none) %}
with changes as (
    {{ bronze_changes(pending.table, pending.files) if execute else 'select 1' }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by substring(_position, 1, 16), substring(_position, 37)
            order by _position desc
        ) as _copy
    from changes
)

select
    n,
    label,
    false as _is_deleted,
    _position
from numbered
where (_op = 'L' or (_op = 'I' and _copy = 1))
    {% if generation %}and _position >= {{ to_hundredths("'" ~ generation ~ "'") }}{% endif %}
