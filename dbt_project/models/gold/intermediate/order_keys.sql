with orders as (
    select * from {{ ref('stg_olist__orders') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

final as (
    select
        ---------- ids
        orders.source_system,
        orders.order_id,
        orders.customer_id,

        ---------- keys
        coalesce(customers.customer_key, {{ unknown_key() }}) as customer_key,
        {{ key_or_unknown(['customer_records.source_system', 'customer_records.zip_code_prefix']) }}
            as delivery_location_key,
        {{ key_or_unknown(['orders.source_system', 'orders.order_status']) }} as order_status_key,
        {{ date_key('orders.ordered_at') }} as order_date_key,

        ---------- strings
        orders.order_status,

        ---------- timestamps
        orders.ordered_at,
        orders.approved_at,
        orders.shipped_at,
        orders.delivered_at,
        orders.estimated_delivery_at
    from orders
    left join customer_records
        on orders.source_system = customer_records.source_system
        and orders.customer_id = customer_records.customer_id
    left join customers
        on customer_records.source_system = customers.source_system
        and customer_records.customer_unique_id = customers.customer_unique_id
        and {{ valid_at('customers', 'orders.ordered_at') }}
)

select * from final
