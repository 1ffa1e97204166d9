{# CTEs that end in `final`: every state that the keys of `events` went through, with its interval.
     generations  starts of the table's full loads (text): at each, a key that the load lacks ends
     stored       the table that holds the states so far, or none
     sweep        whether keys that only `stored` knows are to be checked against a new load #}
{% macro state_intervals(events, columns, key, generations=[], stored=none, sweep=false) %}
    {% set names = columns | map(attribute='name') | list %}
    {% set event_columns = quoted(names) ~ ', _op, _position, _committed_at, _source_file' %}
    touched as (
        select distinct {{ quoted(key) }} from {{ events }}
        {% if stored and sweep %}
        union
        select distinct {{ quoted(key) }} from {{ stored }}
        {% endif %}
    ),

    known as (
        select {{ event_columns }} from {{ events }}
        {% if stored %}
        union all
        select
            {{ quoted(names, 'stored') }},
            stored._op,
            stored._position,
            stored._committed_at,
            stored._source_file
        from {{ stored }} as stored
        inner join touched on {{ same_key('stored', 'touched', key) }}
        {% endif %}
    ),

    {# A load replaces the table: it ends every key at its start, and a key that it holds begins
       again at the same instant, one position later. #}
    replayed as (
        select * from known
        {% for generation in generations %}
        union all
        select distinct
            {% for column in columns %}
            {% if column.name in key %}
            {{ adapter.quote(column.name) }},
            {% else %}
            cast(null as {{ column_type(column.data_type) }}) as {{ adapter.quote(column.name) }},
            {% endif %}
            {% endfor %}
            'D' as _op,
            {{ to_hundredths("'" ~ generation ~ "'") }} as _position,
            cast('{{ generation }}' as {{ column_type('timestamp') }}) as _committed_at,
            cast(null as varchar) as _source_file
        from known
        where _committed_at < cast('{{ generation }}' as {{ column_type('timestamp') }})
        {% endfor %}
    ),

    ranked as (
        select
            *,
            row_number() over (
                partition by {{ quoted(key) }}, _committed_at
                order by _position desc, _op
            ) as _rank,
            max(case when _op in ('D', 'R') and _source_file is not null then 1 else 0 end) over (
                partition by {{ quoted(key) }}, _committed_at
            ) as _has_delete,
            max(case when _op = 'I' then 1 else 0 end) over (
                partition by {{ quoted(key) }}, _committed_at
            ) as _has_insert
        from replayed
    ),

    {# What a transaction did to the key as a whole. Made of what its changes were, not of which came
       first: so a change of it that arrives later is added to the stored state without the others. #}
    committed as (
        select
            {{ quoted(names) }},
            case
                when _op in ('D', 'L') then _op
                when _has_delete = 1 then 'R'
                when _has_insert = 1 then 'I'
                else 'U'
            end as _op,
            _position,
            _committed_at,
            _source_file,
            max(_position) over (
                partition by {{ quoted(key) }}
                order by _committed_at
                rows between unbounded preceding and 1 preceding
            ) as _overtaken_at
        from ranked
        where _rank = 1
    ),

    {# The position decides, as in base_: a row that carries its transfer time instead of its load's
       start is older than the changes before it. #}
    ordered as (
        select
            *,
            lag(_op) over (partition by {{ quoted(key) }} order by _committed_at) as _previous_op,
            lead(_op) over (partition by {{ quoted(key) }} order by _committed_at) as _next_op
        from committed
        where _overtaken_at is null or _position >= _overtaken_at
    ),

    {# A load's end of a key that was already deleted is nothing new. A repeated D of the log stays:
       the insert between may yet arrive. #}
    states as (
        select
            *,
            -- read by the load after the insert which the log still brings: not there at its start
            _op = 'L' and coalesce(_next_op, '') = 'I' as _is_early
        from ordered
        where not (_op = 'D' and _source_file is null and coalesce(_previous_op, '') = 'D')
    ),

    final as (
        select
            {{ quoted(names) }},
            _op = 'D' or _is_early as _is_deleted,
            _committed_at as _valid_from,
            case
                -- nobody knew the key before: kept for no time at all, as a late D may yet make it true
                when _is_early and _previous_op is null then _committed_at
                else lead(_committed_at) over (partition by {{ quoted(key) }} order by _committed_at)
            end as _valid_to,
            _op,
            _position,
            _committed_at,
            _source_file
        from states
    )
{% endmacro %}
