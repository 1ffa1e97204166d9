with lines as (
    select * from {{ ref('fact_orders') }}
),

fulfillment as (
    select * from {{ ref('fact_order_fulfillment') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

sellers as (
    select * from {{ ref('dim_sellers') }}
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

final as (
    select
        ---------- ids
        lines.order_line_key,
        lines.source_system,
        lines.order_id,
        lines.line_number,
        customers.customer_unique_id,
        lines.product_id,
        lines.seller_id,

        ---------- order
        lines.order_status,
        statuses.outcome as order_outcome,
        dates.date_day as order_date,
        dates.month_start as order_month,
        lines.ordered_at,
        fulfillment.approved_at,
        fulfillment.shipped_at,
        fulfillment.delivered_at,
        fulfillment.estimated_delivery_at,
        lines.shipping_limit_at,
        fulfillment.days_to_deliver,
        fulfillment.days_late,
        fulfillment.is_late,

        ---------- product, as it was when ordered
        products.product_name,
        products.category_name_english as product_category,
        products.weight_g as product_weight_g,
        products.photo_count as product_photo_count,

        ---------- places: the buyer's and the seller's when ordered, and where the parcel goes
        customers.city as customer_city,
        customers.state as customer_state,
        sellers.city as seller_city,
        sellers.state as seller_state,
        locations.postal_code as delivery_postal_code,
        locations.city as delivery_city,
        locations.state as delivery_state,
        locations.country_code as delivery_country_code,
        locations.latitude as delivery_latitude,
        locations.longitude as delivery_longitude,

        ---------- money
        lines.currency_code,
        lines.quantity,
        lines.unit_price,
        lines.line_amount,
        lines.discount_amount,
        lines.tax_amount,
        lines.freight_amount,
        lines.reporting_amount
    from lines
    inner join customers on lines.customer_key = customers.customer_key
    inner join products on lines.product_key = products.product_key
    inner join sellers on lines.seller_key = sellers.seller_key
    inner join locations on lines.delivery_location_key = locations.location_key
    inner join statuses on lines.order_status_key = statuses.order_status_key
    inner join dates on lines.order_date_key = dates.date_key
    left join fulfillment
        on lines.source_system = fulfillment.source_system
        and lines.order_id = fulfillment.order_id
)

select * from final
