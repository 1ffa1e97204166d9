with order_rows as (
    select
        ordernumber,
        cast('order' as varchar) as reason,
        _applied_at
    from {{ ref('base_classicmodels__orders') }}
),

line_rows as (
    select
        ordernumber,
        cast('line' as varchar) as reason,
        _applied_at
    from {{ ref('base_classicmodels__orderdetails') }}
),

unioned as (
    select * from order_rows
    union all
    select * from line_rows
),

renamed as (
    select
        ---------- ids
        cast('classicmodels' as varchar) as source_system,
        cast(ordernumber as varchar) as order_id,

        ---------- strings
        reason,

        ---------- timestamps
        _applied_at as changed_at
    from unioned
)

select * from renamed
