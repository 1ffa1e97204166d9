-- Each mart holds all the money of the fact, to the cent.
with totals as (
    select
        'fact_orders' as table_name,
        sum(line_amount) as line_amount,
        sum(freight_amount) as freight_amount
    from {{ ref('fact_orders') }}

    union all

    select
        'orders_wide' as table_name,
        sum(line_amount) as line_amount,
        sum(freight_amount) as freight_amount
    from {{ ref('orders_wide') }}

    union all

    select
        'daily_gmv_by_category_and_state' as table_name,
        sum(gmv) as line_amount,
        sum(freight_amount) as freight_amount
    from {{ ref('daily_gmv_by_category_and_state') }}

    union all

    select
        'seller_performance' as table_name,
        sum(gmv) as line_amount,
        sum(freight_amount) as freight_amount
    from {{ ref('seller_performance') }}
)

select
    count(distinct line_amount) as different_line_amounts,
    count(distinct freight_amount) as different_freight_amounts
from totals
having count(distinct line_amount) > 1
    or count(distinct freight_amount) > 1
    or count(line_amount) not in (0, 4)
