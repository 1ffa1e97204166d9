{# A live member has exactly one current version, a deleted one has none. Deleted is whose last version
   says so. #}
{% test scd2_one_current(model, key) %}
    with members as (
        select
            {{ key | join(', ') }},
            sum(case when is_current then 1 else 0 end) as current_versions,
            sum(case when valid_to is null and is_deleted then 1 else 0 end) as deleted_ends
        from {{ model }}
        group by {{ key | join(', ') }}
    )

    select *
    from members
    where current_versions <> case when deleted_ends > 0 then 0 else 1 end
{% endtest %}
