with lines as (
    select * from {{ ref('fact_orders') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

locations as (
    select * from {{ ref('dim_locations') }}
),

statuses as (
    select * from {{ ref('dim_order_status') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

described_lines as (
    select
        lines.source_system,
        dates.date_day as order_date,
        products.category_name_english as product_category,
        coalesce(locations.state, 'unknown') as customer_state,
        lines.currency_code,
        lines.order_id,
        lines.quantity,
        lines.line_amount,
        lines.freight_amount,
        case when statuses.outcome = 'failed' then lines.line_amount else 0 end as failed_amount
    from lines
    inner join products on lines.product_key = products.product_key
    inner join locations on lines.delivery_location_key = locations.location_key
    inner join statuses on lines.order_status_key = statuses.order_status_key
    inner join dates on lines.order_date_key = dates.date_key
),

final as (
    select
        ---------- dimensions
        source_system,
        order_date,
        product_category,
        customer_state,
        currency_code,

        ---------- numerics
        cast(count(distinct order_id) as integer) as order_count,
        cast(sum(quantity) as decimal(18, 4)) as unit_count,
        cast(sum(line_amount) as decimal(14, 2)) as gmv,
        cast(sum(failed_amount) as decimal(14, 2)) as failed_amount,
        cast(coalesce(sum(freight_amount), 0) as decimal(14, 2)) as freight_amount
    from described_lines
    group by source_system, order_date, product_category, customer_state, currency_code
)

select * from final
