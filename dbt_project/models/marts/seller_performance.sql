-- What a shop sells itself has no seller.
with lines as (
    select * from {{ ref('fact_orders') }}
    where seller_id is not null
),

fulfillment as (
    select * from {{ ref('fact_order_fulfillment') }}
),

reviews as (
    select * from {{ ref('fact_reviews') }}
),

sellers as (
    select * from {{ ref('dim_sellers') }}
),

statuses as (
    select * from {{ ref('dim_order_status') }}
),

-- Deleted sellers included: they have sold.
last_versions as (
    select * from sellers
    where valid_to is null
        and seller_key <> {{ unknown_key() }}
),

sales as (
    select
        lines.source_system,
        lines.seller_id,
        lines.currency_code,
        count(distinct lines.order_id) as order_count,
        count(distinct lines.product_id) as product_count,
        sum(lines.quantity) as unit_count,
        sum(lines.line_amount) as gmv,
        sum(case when statuses.outcome = 'failed' then lines.line_amount else 0 end)
            as failed_amount,
        coalesce(sum(lines.freight_amount), 0) as freight_amount,
        min(lines.ordered_at) as first_ordered_at,
        max(lines.ordered_at) as last_ordered_at
    from lines
    inner join statuses on lines.order_status_key = statuses.order_status_key
    group by lines.source_system, lines.seller_id, lines.currency_code
),

-- An order with lines of several sellers counts once for each of them.
seller_orders as (
    select distinct
        source_system,
        seller_id,
        currency_code,
        order_id
    from lines
),

deliveries as (
    select
        seller_orders.source_system,
        seller_orders.seller_id,
        seller_orders.currency_code,
        sum(case when fulfillment.is_delivered then 1 else 0 end) as delivered_order_count,
        sum(case when fulfillment.is_late then 1 else 0 end) as late_order_count,
        sum(fulfillment.days_to_deliver) as delivery_days
    from seller_orders
    inner join fulfillment
        on seller_orders.source_system = fulfillment.source_system
        and seller_orders.order_id = fulfillment.order_id
    group by seller_orders.source_system, seller_orders.seller_id, seller_orders.currency_code
),

opinions as (
    select
        seller_orders.source_system,
        seller_orders.seller_id,
        seller_orders.currency_code,
        count(reviews.review_score) as review_count,
        sum(reviews.review_score) as review_score_sum
    from seller_orders
    inner join reviews
        on seller_orders.source_system = reviews.source_system
        and seller_orders.order_id = reviews.order_id
    group by seller_orders.source_system, seller_orders.seller_id, seller_orders.currency_code
),

-- A seller who has lines but has not arrived yet is listed all the same.
all_sellers as (
    select
        last_versions.source_system,
        last_versions.seller_id,
        sales.currency_code
    from last_versions
    left join sales
        on last_versions.source_system = sales.source_system
        and last_versions.seller_id = sales.seller_id

    union

    select
        source_system,
        seller_id,
        currency_code
    from sales
),

final as (
    select
        ---------- ids
        all_sellers.source_system,
        all_sellers.seller_id,

        ---------- strings
        last_versions.city as seller_city,
        last_versions.state as seller_state,
        all_sellers.currency_code,

        ---------- numerics
        cast(coalesce(sales.order_count, 0) as integer) as order_count,
        cast(coalesce(sales.unit_count, 0) as decimal(18, 4)) as unit_count,
        cast(coalesce(sales.product_count, 0) as integer) as product_count,
        cast(coalesce(sales.gmv, 0) as decimal(14, 2)) as gmv,
        cast(coalesce(sales.failed_amount, 0) as decimal(14, 2)) as failed_amount,
        cast(coalesce(sales.freight_amount, 0) as decimal(14, 2)) as freight_amount,
        cast(coalesce(deliveries.delivered_order_count, 0) as integer) as delivered_order_count,
        cast(coalesce(deliveries.late_order_count, 0) as integer) as late_order_count,
        {{ ratio('deliveries.late_order_count', 'deliveries.delivered_order_count') }}
            as late_share,
        {{ ratio('deliveries.delivery_days', 'deliveries.delivered_order_count') }}
            as average_days_to_deliver,
        cast(coalesce(opinions.review_count, 0) as integer) as review_count,
        {{ ratio('opinions.review_score_sum', 'opinions.review_count') }} as average_review_score,

        ---------- booleans
        coalesce(last_versions.is_deleted, false) as is_deleted,

        ---------- timestamps
        sales.first_ordered_at,
        sales.last_ordered_at
    from all_sellers
    left join last_versions
        on all_sellers.source_system = last_versions.source_system
        and all_sellers.seller_id = last_versions.seller_id
    left join sales
        on all_sellers.source_system = sales.source_system
        and all_sellers.seller_id = sales.seller_id
        and all_sellers.currency_code = sales.currency_code
    left join deliveries
        on all_sellers.source_system = deliveries.source_system
        and all_sellers.seller_id = deliveries.seller_id
        and all_sellers.currency_code = deliveries.currency_code
    left join opinions
        on all_sellers.source_system = opinions.source_system
        and all_sellers.seller_id = opinions.seller_id
        and all_sellers.currency_code = opinions.currency_code
)

select * from final
