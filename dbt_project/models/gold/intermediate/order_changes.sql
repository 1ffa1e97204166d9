with touched_orders as (
    select * from {{ ref('all_order_changes') }}
),

orders as (
    select * from {{ ref('all_orders') }}
),

lines as (
    select * from {{ ref('all_order_lines') }}
),

customer_states as (
    select * from {{ ref('all_customer_states') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
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

final as (
    select
        source_system,
        order_id,
        reason,
        changed_at
    from touched_orders

    union all

    select
        orders.source_system,
        orders.order_id,
        cast('customer' as varchar) as reason,
        customer_states._applied_at as changed_at
    from customer_states
    inner join orders
        on customer_states.source_system = orders.source_system
        and customer_states.customer_id = orders.customer_id

    union all

    -- a dimension counts from when it was written, not from when its inputs changed: if it is built
    -- after the facts, they must still hear of it
    select
        orders.source_system,
        orders.order_id,
        cast('dim_customers' as varchar) as reason,
        customers._written_at as changed_at
    from customers
    inner join customer_records
        on customers.source_system = customer_records.source_system
        and customers.customer_unique_id = customer_records.customer_unique_id
    inner join orders
        on customer_records.source_system = orders.source_system
        and customer_records.customer_id = orders.customer_id

    union all

    select
        lines.source_system,
        lines.order_id,
        cast('dim_products' as varchar) as reason,
        products._written_at as changed_at
    from products
    inner join lines
        on products.source_system = lines.source_system
        and products.product_id = lines.product_id

    union all

    select
        lines.source_system,
        lines.order_id,
        cast('dim_sellers' as varchar) as reason,
        sellers._written_at as changed_at
    from sellers
    inner join lines
        on sellers.source_system = lines.source_system
        and sellers.seller_id = lines.seller_id
)

select * from final
