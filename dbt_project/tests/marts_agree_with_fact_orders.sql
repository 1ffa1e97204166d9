-- Each mart holds all the money of the fact, to the cent, in each shop and currency.
with lines as (
    select * from {{ ref('fact_orders') }}
),

totals as (
    select
        'all' as part,
        'fact_orders' as table_name,
        source_system,
        currency_code,
        sum(line_amount) as line_amount,
        coalesce(sum(freight_amount), 0) as freight_amount
    from lines
    group by source_system, currency_code

    union all

    select
        'all' as part,
        'orders_wide' as table_name,
        source_system,
        currency_code,
        sum(line_amount) as line_amount,
        coalesce(sum(freight_amount), 0) as freight_amount
    from {{ ref('orders_wide') }}
    group by source_system, currency_code

    union all

    select
        'all' as part,
        'daily_gmv_by_category_and_state' as table_name,
        source_system,
        currency_code,
        sum(gmv) as line_amount,
        sum(freight_amount) as freight_amount
    from {{ ref('daily_gmv_by_category_and_state') }}
    group by source_system, currency_code

    union all

    select
        'of sellers' as part,
        'fact_orders' as table_name,
        source_system,
        currency_code,
        sum(line_amount) as line_amount,
        coalesce(sum(freight_amount), 0) as freight_amount
    from lines
    where seller_id is not null
    group by source_system, currency_code

    union all

    select
        'of sellers' as part,
        'seller_performance' as table_name,
        source_system,
        currency_code,
        sum(gmv) as line_amount,
        sum(freight_amount) as freight_amount
    from {{ ref('seller_performance') }}
    where currency_code is not null
    group by source_system, currency_code
)

select
    part,
    source_system,
    currency_code
from totals
group by part, source_system, currency_code
having count(distinct line_amount) > 1
    or count(distinct freight_amount) > 1
    or count(*) <> case when part = 'all' then 3 else 2 end
