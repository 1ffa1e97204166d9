{# A fact's key is that of the version valid at its event; the unknown member is valid at any time. #}
{% test valid_at_event(model, column_name, to, field, event) %}
    with facts as (
        select {{ column_name }} as dimension_key, {{ event }} as event_at from {{ model }}
    ),

    versions as (
        select {{ field }} as dimension_key, valid_from, valid_to from {{ to }}
    )

    select facts.dimension_key, facts.event_at, versions.valid_from, versions.valid_to
    from facts
    inner join versions on facts.dimension_key = versions.dimension_key
    where facts.dimension_key <> {{ unknown_key() }}
        and not ({{ valid_at('versions', 'facts.event_at') }})
{% endtest %}
