{# CTEs that end in `final`: one row per key of `events`, the last event by position.
     generation  start of the table's newest full load (text), or none: a key last seen before it is gone
     stored      the table that holds the state so far, or none: only rows that advance it are kept
     sweep       whether keys of `stored` that a new generation left behind are to be found #}
{% macro latest_state(events, columns, key, generation=none, stored=none, sweep=false) %}
    {% set gone_before %}{{ to_hundredths("'" ~ generation ~ "'") }}{% endset %}
    ranked as (
        select
            *,
            row_number() over (
                partition by {{ quoted(key) }}
                order by _position desc, _committed_at desc, _op
            ) as _rank
        from {{ events }}
    ),

    latest as (
        select
            {{ quoted(columns | map(attribute='name')) }},
            {% if generation %}
            _op = 'D' or _position < {{ gone_before }} as _is_deleted,
            {% else %}
            _op = 'D' as _is_deleted,
            {% endif %}
            _position,
            _committed_at,
            _source_file
        from ranked
        where _rank = 1
    ),

    {% if stored %}
    advanced as (
        select latest.*
        from latest
        left join {{ stored }} as stored on {{ same_key('latest', 'stored', key) }}
        where stored._position is null
            or latest._position > stored._position
            -- a later load, where load rows carry their transfer time and all stand at one position
            or (latest._position = stored._position and latest._committed_at > stored._committed_at)
    ),

    {% if sweep and generation %}
    left_behind as (
        select
            {% for column in columns %}
            stored.{{ adapter.quote(column.name) }},
            {% endfor %}
            true as _is_deleted,
            stored._position,
            stored._committed_at,
            stored._source_file
        from {{ stored }} as stored
        left join advanced on {{ same_key('stored', 'advanced', key) }}
        where not stored._is_deleted
            and stored._position < {{ gone_before }}
            and advanced._position is null
    ),

    {% endif %}
    {% endif %}
    final as (
        select * from {{ 'advanced' if stored else 'latest' }}
        {% if stored and sweep and generation %}
        union all
        select * from left_behind
        {% endif %}
    )
{% endmacro %}

{% macro quoted(names, relation=none) -%}
    {%- for name in names -%}
    {{ relation ~ '.' if relation }}{{ adapter.quote(name) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro same_key(left, right, key) -%}
    {%- for name in key -%}
    {{ left }}.{{ adapter.quote(name) }} = {{ right }}.{{ adapter.quote(name) }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
