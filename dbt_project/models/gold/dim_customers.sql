{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['source_system', 'customer_unique_id'],
        on_schema_change='fail',
        meta={'changes': 'customer_changes'},
    )
}}

with changed as (
    select
        source_system,
        customer_unique_id,
        max(changed_at) as _applied_at
    from {{ ref('customer_changes') }}
    where {{ newer_than_target('changed_at') }}
    group by source_system, customer_unique_id
),

states as (
    select * from {{ ref('all_customer_states') }}
),

-- every record that ever was one of a changed buyer's
record_ids as (
    select distinct
        states.source_system,
        states.customer_id
    from states
    inner join changed
        on states.source_system = changed.source_system
        and states.customer_unique_id = changed.customer_unique_id
),

record_states as (
    select states.*
    from states
    inner join record_ids
        on states.source_system = record_ids.source_system
        and states.customer_id = record_ids.customer_id
),

-- a record that is written again unchanged must not pass for the buyer's newest address
record_versions as (
    {{ scd2_versions(
        'record_states',
        key=['source_system', 'customer_id'],
        attributes=[
            'customer_unique_id', 'customer_name', 'location_id', 'postal_code', 'city', 'state',
            'country_code', 'sales_employee_id',
        ],
    ) | indent(4) }}
),

addresses as (
    select record_versions.*
    from record_versions
    inner join changed
        on record_versions.source_system = changed.source_system
        and record_versions.customer_unique_id = changed.customer_unique_id
    where not record_versions.is_deleted
),

sides as (
    select 1 as is_start
    union all
    select 0 as is_start
),

instants as (
    select distinct
        addresses.source_system,
        addresses.customer_unique_id,
        case when sides.is_start = 1 then addresses.valid_from else addresses.valid_to end
            as instant
    from addresses
    cross join sides
),

ranked as (
    select
        instants.source_system,
        instants.customer_unique_id,
        instants.instant as valid_from,
        addresses.customer_name,
        addresses.location_id,
        addresses.postal_code,
        addresses.city,
        addresses.state,
        addresses.country_code,
        addresses.sales_employee_id,
        addresses.customer_id is null as is_deleted,
        row_number() over (
            partition by instants.source_system, instants.customer_unique_id, instants.instant
            order by addresses.valid_from desc, addresses.customer_id desc
        ) as newest_first
    from instants
    left join addresses
        on instants.source_system = addresses.source_system
        and instants.customer_unique_id = addresses.customer_unique_id
        and {{ valid_at('addresses', 'instants.instant') }}
    where instants.instant is not null
),

-- the address given last holds; where no record is left, the buyer is deleted
buyer_states as (
    select * from ranked
    where newest_first = 1
),

versions as (
    {{ scd2_versions(
        'buyer_states',
        key=['source_system', 'customer_unique_id'],
        attributes=[
            'customer_name', 'location_id', 'postal_code', 'city', 'state', 'country_code',
            'sales_employee_id',
        ],
        first_from=first_instant(),
    ) | indent(4) }}
),

members as (
    select
        versions.*,
        {{ surrogate_key([
            'versions.source_system',
            'versions.customer_unique_id',
            timestamp_text('versions.valid_from'),
        ]) }} as customer_key,
        {{ key_or_unknown(['versions.source_system', 'versions.location_id']) }}
            as location_key,
        changed._applied_at,
        {{ utc_now() }} as _written_at
    from versions
    inner join changed
        on versions.source_system = changed.source_system
        and versions.customer_unique_id = changed.customer_unique_id
),

final as (
    select
        ---------- ids
        customer_key,
        source_system,
        customer_unique_id,
        location_key,
        sales_employee_id,

        ---------- strings
        customer_name,
        postal_code,
        city,
        state,
        country_code,

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
        {{ unknown_key() }} as customer_key,
        cast('unknown' as varchar) as source_system,
        cast('unknown' as varchar) as customer_unique_id,
        {{ unknown_key() }} as location_key,
        cast(null as varchar) as sales_employee_id,
        cast(null as varchar) as customer_name,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as city,
        cast(null as varchar) as state,
        cast(null as varchar) as country_code,
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
