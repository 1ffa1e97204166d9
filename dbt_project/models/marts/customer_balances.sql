with fulfillment as (
    select * from {{ ref('fact_order_fulfillment') }}
),

payments as (
    select * from {{ ref('fact_payments') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

statuses as (
    select * from {{ ref('dim_order_status') }}
),

-- Money moves on whatever version of the buyer, so it is added up per buyer.
movements as (
    select
        fulfillment.source_system,
        customers.customer_unique_id,
        fulfillment.currency_code,
        -- what was given back is not owed any more
        fulfillment.total_amount - fulfillment.refunded_amount as owed_amount,
        0 as paid_amount,
        1 as order_count,
        0 as payment_count
    from fulfillment
    inner join customers on fulfillment.customer_key = customers.customer_key
    inner join statuses on fulfillment.order_status_key = statuses.order_status_key
    -- nobody owes for an order that came to nothing
    where statuses.outcome <> 'failed'

    union all

    select
        payments.source_system,
        customers.customer_unique_id,
        payments.currency_code,
        0 as owed_amount,
        payments.amount as paid_amount,
        0 as order_count,
        1 as payment_count
    from payments
    inner join customers on payments.customer_key = customers.customer_key
    left join fulfillment
        on payments.source_system = fulfillment.source_system
        and payments.order_id = fulfillment.order_id
    -- A shop may write a refund when it calls off an order that nobody has paid: no money moved.
    where not payments.is_refund
        or fulfillment.order_id is null
        or fulfillment.payment_amount + fulfillment.refunded_amount > 0
),

current_customers as (
    select * from customers
    where valid_to is null
),

balances as (
    select
        source_system,
        customer_unique_id,
        currency_code,
        sum(owed_amount) as owed_amount,
        sum(paid_amount) as paid_amount,
        sum(order_count) as order_count,
        sum(payment_count) as payment_count
    from movements
    group by source_system, customer_unique_id, currency_code
),

final as (
    select
        ---------- ids
        balances.source_system,
        balances.customer_unique_id,

        ---------- strings
        current_customers.customer_name,
        current_customers.country_code,
        balances.currency_code,

        ---------- numerics
        cast(balances.order_count as integer) as order_count,
        cast(balances.payment_count as integer) as payment_count,
        cast(balances.owed_amount as decimal(14, 2)) as owed_amount,
        cast(balances.paid_amount as decimal(14, 2)) as paid_amount,
        cast(balances.owed_amount - balances.paid_amount as decimal(14, 2)) as balance_amount
    from balances
    left join current_customers
        on balances.source_system = current_customers.source_system
        and balances.customer_unique_id = current_customers.customer_unique_id
)

select * from final
