{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['source_system', 'seller_id'],
        on_schema_change='fail',
        meta={'changes': 'seller_changes'},
    )
}}

with changed as (
    select
        source_system,
        seller_id,
        max(changed_at) as _applied_at
    from {{ ref('seller_changes') }}
    where {{ newer_than_target('changed_at') }}
    group by source_system, seller_id
),

states as (
    select * from {{ ref('stg_olist__seller_states') }}
),

changed_states as (
    select states.*
    from states
    inner join changed
        on states.source_system = changed.source_system
        and states.seller_id = changed.seller_id
),

versions as (
    {{ scd2_versions(
        'changed_states',
        key=['source_system', 'seller_id'],
        attributes=['location_id', 'postal_code', 'city', 'state'],
        first_from=first_instant(),
    ) | indent(4) }}
),

members as (
    select
        versions.*,
        {{ surrogate_key([
            'versions.source_system',
            'versions.seller_id',
            timestamp_text('versions.valid_from'),
        ]) }} as seller_key,
        {{ key_or_unknown(['versions.source_system', 'versions.location_id']) }}
            as location_key,
        changed._applied_at,
        {{ utc_now() }} as _written_at
    from versions
    inner join changed
        on versions.source_system = changed.source_system
        and versions.seller_id = changed.seller_id
),

final as (
    select
        ---------- ids
        seller_key,
        source_system,
        seller_id,
        location_key,

        ---------- strings
        postal_code,
        city,
        state,

        ---------- validity
        version_number,
        valid_from,
        valid_to,
        is_current,
        is_deleted,

        ---------- technical
        _applied_at,
        _written_at
    from members

    {% if not is_incremental() -%}
    union all

    select
        {{ unknown_key() }} as seller_key,
        cast('unknown' as varchar) as source_system,
        cast('unknown' as varchar) as seller_id,
        {{ unknown_key() }} as location_key,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        1 as version_number,
        {{ first_instant() }} as valid_from,
        cast(null as {{ column_type('timestamp') }}) as valid_to,
        true as is_current,
        false as is_deleted,
        {{ first_instant() }} as _applied_at,
        {{ first_instant() }} as _written_at
    {%- endif %}
)

select * from final
