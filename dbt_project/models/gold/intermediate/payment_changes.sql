with changed_payments as (
    select * from {{ ref('all_payment_changes') }}
),

payments as (
    select * from {{ ref('all_payments') }}
),

changed_orders as (
    select * from {{ ref('order_changes') }}
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

final as (
    select
        source_system,
        payment_id,
        cast('payment' as varchar) as reason,
        changed_at
    from changed_payments

    union all

    select
        payments.source_system,
        payments.payment_id,
        cast('order' as varchar) as reason,
        changed_orders.changed_at
    from changed_orders
    inner join payments
        on changed_orders.source_system = payments.source_system
        and changed_orders.order_id = payments.order_id

    union all

    -- what is paid on account hangs on the customer alone
    select
        payments.source_system,
        payments.payment_id,
        cast('customer' as varchar) as reason,
        customer_states._applied_at as changed_at
    from customer_states
    inner join payments
        on customer_states.source_system = payments.source_system
        and customer_states.customer_id = payments.customer_id
    where payments.order_id is null

    union all

    select
        payments.source_system,
        payments.payment_id,
        cast('dim_customers' as varchar) as reason,
        customers._written_at as changed_at
    from customers
    inner join customer_records
        on customers.source_system = customer_records.source_system
        and customers.customer_unique_id = customer_records.customer_unique_id
    inner join payments
        on customer_records.source_system = payments.source_system
        and customer_records.customer_id = payments.customer_id
    where payments.order_id is null
)

select * from final
