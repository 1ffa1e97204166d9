with orders as (
    select * from {{ ref('all_orders') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

rates as (
    select * from {{ ref('reporting_rates') }}
),

final as (
    select
        ---------- ids
        orders.source_system,
        orders.order_id,
        orders.customer_id,

        ---------- keys
        coalesce(customers.customer_key, {{ unknown_key() }}) as customer_key,
        {{ key_or_unknown([
            'orders.source_system',
            'coalesce(orders.delivery_location_id, customer_records.location_id)',
        ]) }} as delivery_location_key,
        {{ key_or_unknown(['orders.source_system', 'customers.sales_employee_id']) }}
            as employee_key,
        {{ key_or_unknown(['orders.source_system', 'orders.order_status']) }} as order_status_key,
        {{ date_key('orders.ordered_at') }} as order_date_key,

        ---------- strings
        orders.order_status,
        orders.currency_code,

        ---------- numerics
        orders.total_amount,
        orders.freight_amount,
        orders.fee_amount,
        orders.tax_amount,
        rates.rate as reporting_rate,

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
    left join rates
        on orders.currency_code = rates.currency_code
        and {{ valid_at('rates', 'orders.ordered_at') }}
)

select * from final
