{# A query for the versions that a slowly changing dimension (type 2) makes of its members' states.

     states           relation with the key columns, the attributes, valid_from and is_deleted; at most
                      one row per key and instant
     key              columns of the natural key
     attributes       columns whose change makes a new version; text, integers or decimals
     first_from       when the first version begins (an SQL expression); none: when it was seen first

   A deleted state keeps the attributes of the last live one, because facts still point there.
   Neighbours that say the same become one version. Gives the key, the attributes, is_deleted,
   version_number, valid_from, valid_to (null: open) and is_current (open and not deleted). #}
{% macro scd2_versions(states, key, attributes, first_from=none) %}
    with numbered as (
        select
            *,
            sum(case when is_deleted then 0 else 1 end) over (
                partition by {{ key | join(', ') }}
                order by valid_from
                rows between unbounded preceding and current row
            ) as live_number
        from {{ states }}
    ),

    {# A live state and the deletions after it share a number, and only the live one has a say. #}
    remembered as (
        select
            {{ key | join(', ') }},
            {% for attribute in attributes %}
            max(case when not is_deleted then {{ attribute }} end) over (
                partition by {{ key | join(', ') }}, live_number
            ) as {{ attribute }},
            {% endfor %}
            is_deleted,
            valid_from
        from numbered
    ),

    fingerprinted as (
        select
            *,
            {{ surrogate_key(["case when is_deleted then 'deleted' else 'live' end"] + attributes) }} as fingerprint
        from remembered
    ),

    compared as (
        select
            *,
            lag(fingerprint) over (
                partition by {{ key | join(', ') }} order by valid_from
            ) as previous_fingerprint
        from fingerprinted
    ),

    versions as (
        select
            *,
            row_number() over (
                partition by {{ key | join(', ') }} order by valid_from
            ) as version_number,
            lead(valid_from) over (
                partition by {{ key | join(', ') }} order by valid_from
            ) as valid_to
        from compared
        where previous_fingerprint is null or fingerprint <> previous_fingerprint
    )

    select
        {{ key | join(', ') }},
        {{ attributes | join(', ') }},
        is_deleted,
        cast(version_number as integer) as version_number,
        {% if first_from %}
        case when version_number = 1 then {{ first_from }} else valid_from end as valid_from,
        {% else %}
        valid_from,
        {% endif %}
        valid_to,
        valid_to is null and not is_deleted as is_current
    from versions
{% endmacro %}
