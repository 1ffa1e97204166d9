{# The first version of every member reaches back before any event. #}
{% test scd2_covers_from_start(model, key) %}
    select {{ key | join(', ') }}, min(valid_from) as first_from
    from {{ model }}
    group by {{ key | join(', ') }}
    having min(valid_from) > {{ first_instant() }}
{% endtest %}
