{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['source_system', 'order_id'],
        on_schema_change='fail',
        meta={'changes': 'order_changes'},
    )
}}

with changed as (
    select
        source_system,
        order_id,
        max(changed_at) as _applied_at
    from {{ ref('order_changes') }}
    where {{ newer_than_target('changed_at') }}
    group by source_system, order_id
),

reviews as (
    select * from {{ ref('stg_olist__order_reviews') }}
),

orders as (
    select * from {{ ref('order_keys') }}
),

final as (
    select
        ---------- ids
        {{ surrogate_key(['reviews.source_system', 'reviews.review_id', 'reviews.order_id']) }}
            as review_key,
        reviews.source_system,
        reviews.review_id,
        reviews.order_id,

        ---------- keys
        coalesce(orders.customer_key, {{ unknown_key() }}) as customer_key,
        coalesce(orders.delivery_location_key, {{ unknown_key() }}) as delivery_location_key,
        coalesce(orders.order_status_key, {{ unknown_key() }}) as order_status_key,
        coalesce(orders.order_date_key, -1) as order_date_key,
        {{ date_key('reviews.sent_at') }} as sent_date_key,
        {{ date_key('reviews.answered_at') }} as answered_date_key,

        ---------- numerics
        cast(reviews.review_score as integer) as review_score,
        {{ days_between('reviews.sent_at', 'reviews.answered_at') }} as days_to_answer,

        ---------- booleans
        reviews.has_comment,

        ---------- timestamps
        orders.ordered_at,
        reviews.sent_at,
        reviews.answered_at,

        ---------- technical
        changed._applied_at
    from changed
    inner join reviews
        on changed.source_system = reviews.source_system
        and changed.order_id = reviews.order_id
    left join orders
        on reviews.source_system = orders.source_system
        and reviews.order_id = orders.order_id
)

select * from final
