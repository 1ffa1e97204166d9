{# Inserts of a table without a key as events, each under a _change_id that is the same whenever the
   insert arrives again: the hundredth of its commit and its counter, which a change sent again keeps
   under a new file name. What has no counter, as a loaded row, is known by its file and its number
   there; rows that are equal may trade numbers. #}
{% macro keyless_events(changes, columns) %}
    select
        {{ quoted(columns | map(attribute='name')) }},
        substring(_position, 1, 16) || '.' || case
            when substring(_position, 37) <> '0000000000000000000' then substring(_position, 37)
            else
                _source_file || '.' || cast(row_number() over (
                    partition by _source_file
                    order by {{ quoted(columns | map(attribute='name')) }}
                ) as varchar)
        end as _change_id,
        _op,
        _position,
        _committed_at,
        _source_file
    from {{ changes }}
{% endmacro %}
