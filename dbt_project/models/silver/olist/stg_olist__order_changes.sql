with order_rows as (
    select
        order_id,
        'order' as reason,
        _applied_at
    from {{ ref('base_olist__orders') }}
),

item_rows as (
    select
        order_id,
        'line' as reason,
        _applied_at
    from {{ ref('base_olist__order_items') }}
),

payment_rows as (
    select
        order_id,
        'payment' as reason,
        _applied_at
    from {{ ref('base_olist__order_payments') }}
),

review_rows as (
    select
        order_id,
        'review' as reason,
        _applied_at
    from {{ ref('base_olist__order_reviews') }}
),

unioned as (
    select * from order_rows
    union all
    select * from item_rows
    union all
    select * from payment_rows
    union all
    select * from review_rows
),

renamed as (
    select
        ---------- ids
        cast('olist' as varchar) as source_system,
        order_id,

        ---------- strings
        cast(reason as varchar) as reason,

        ---------- timestamps
        _applied_at as changed_at
    from unioned
)

select * from renamed
