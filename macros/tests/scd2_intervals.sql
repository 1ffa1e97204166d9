{# The versions of a member follow each other: each ends where the next begins, only the last is open,
   none is empty. A version that ends later overlaps the next, one that ends earlier leaves a gap. #}
{% test scd2_intervals(model, key) %}
    with versions as (
        select
            {{ key | join(', ') }},
            valid_from,
            valid_to,
            lead(valid_from) over (
                partition by {{ key | join(', ') }} order by valid_from, valid_to
            ) as next_from
        from {{ model }}
    )

    select
        versions.*,
        case
            when valid_to <= valid_from then 'empty'
            when valid_to is null or valid_to > next_from then 'overlap'
            else 'gap'
        end as fault
    from versions
    where valid_to <= valid_from
        or (next_from is not null and (valid_to is null or valid_to <> next_from))
        or (next_from is null and valid_to is not null)
{% endtest %}
