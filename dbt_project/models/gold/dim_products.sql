{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['source_system', 'product_id'],
        on_schema_change='fail',
        meta={'changes': 'product_changes'},
    )
}}

with changed as (
    select
        source_system,
        product_id,
        max(changed_at) as _applied_at
    from {{ ref('product_changes') }}
    where {{ newer_than_target('changed_at') }}
    group by source_system, product_id
),

states as (
    select * from {{ ref('all_product_states') }}
),

translations as (
    select * from {{ ref('stg_olist__product_category_name_translation') }}
),

changed_states as (
    select
        states.source_system,
        states.product_id,
        states.parent_product_id,
        states.product_name,
        nullif(trim(states.category_name), '') as category_name,
        states.list_price,
        states.name_length,
        states.description_length,
        states.photo_count,
        states.weight_g,
        states.length_cm,
        states.height_cm,
        states.width_cm,
        states.is_deleted,
        states.valid_from
    from states
    inner join changed
        on states.source_system = changed.source_system
        and states.product_id = changed.product_id
),

versions as (
    {{ scd2_versions(
        'changed_states',
        key=['source_system', 'product_id'],
        attributes=[
            'parent_product_id', 'product_name', 'category_name', 'list_price', 'name_length',
            'description_length', 'photo_count', 'weight_g', 'length_cm', 'height_cm', 'width_cm',
        ],
        first_from=first_instant(),
    ) | indent(4) }}
),

members as (
    select
        versions.*,
        {{ surrogate_key([
            'versions.source_system',
            'versions.product_id',
            timestamp_text('versions.valid_from'),
        ]) }} as product_key,
        -- the translation of today for every version: it tells more about us than about the product
        coalesce(
            nullif(trim(translations.category_name_english), ''), versions.category_name, 'unknown'
        ) as category_name_english,
        changed._applied_at,
        {{ utc_now() }} as _written_at
    from versions
    inner join changed
        on versions.source_system = changed.source_system
        and versions.product_id = changed.product_id
    left join translations
        on versions.source_system = translations.source_system
        and versions.category_name = translations.category_name
),

final as (
    select
        ---------- ids
        product_key,
        source_system,
        product_id,
        parent_product_id,

        ---------- strings
        product_name,
        coalesce(category_name, 'unknown') as category_name,
        category_name_english,

        ---------- numerics
        list_price,
        name_length,
        description_length,
        photo_count,
        weight_g,
        length_cm,
        height_cm,
        width_cm,

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
        {{ unknown_key() }} as product_key,
        cast('unknown' as varchar) as source_system,
        cast('unknown' as varchar) as product_id,
        cast(null as varchar) as parent_product_id,
        cast(null as varchar) as product_name,
        cast('unknown' as varchar) as category_name,
        cast('unknown' as varchar) as category_name_english,
        cast(null as decimal(12, 2)) as list_price,
        cast(null as integer) as name_length,
        cast(null as integer) as description_length,
        cast(null as integer) as photo_count,
        cast(null as integer) as weight_g,
        cast(null as integer) as length_cm,
        cast(null as integer) as height_cm,
        cast(null as integer) as width_cm,
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
