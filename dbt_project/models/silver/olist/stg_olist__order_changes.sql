with order_rows as (
    select
        order_id,
        cast('order' as varchar) as reason,
        _applied_at
    from {{ ref('base_olist__orders') }}
),

item_rows as (
    select
        order_id,
        cast('line' as varchar) as reason,
        _applied_at
    from {{ ref('base_olist__order_items') }}
),

payment_rows as (
    select
        order_id,
        cast('payment' as varchar) as reason,
        _applied_at
    from {{ ref('base_olist__order_payments') }}
),

review_rows as (
    select
        order_id,
        cast('review' as varchar) as reason,
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
        reason,

        ---------- timestamps
        _applied_at as changed_at
    from unioned
)

select * from renamed
