{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['source_system', 'payment_id'],
        on_schema_change='fail',
        meta={'changes': 'payment_changes'},
    )
}}

with changed as (
    select
        source_system,
        payment_id,
        max(changed_at) as _applied_at
    from {{ ref('payment_changes') }}
    where {{ newer_than_target('changed_at') }}
    group by source_system, payment_id
),

payments as (
    select * from {{ ref('all_payments') }}
),

orders as (
    select * from {{ ref('order_keys') }}
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

-- What is paid for an order belongs to its customer, what is paid on account to whoever paid it.
final as (
    select
        ---------- ids
        {{ surrogate_key(['payments.source_system', 'payments.payment_id']) }} as payment_key,
        payments.source_system,
        payments.payment_id,
        payments.order_id,
        payments.payment_number,

        ---------- keys
        coalesce(orders.customer_key, customers.customer_key, {{ unknown_key() }})
            as customer_key,
        coalesce(orders.delivery_location_key, {{ unknown_key() }}) as delivery_location_key,
        coalesce(orders.order_status_key, {{ unknown_key() }}) as order_status_key,
        coalesce(orders.order_date_key, -1) as order_date_key,
        {{ date_key('payments.paid_at') }} as paid_date_key,

        ---------- strings
        payments.payment_type,
        coalesce(payments.currency_code, orders.currency_code, {{ no_currency() }})
            as currency_code,

        ---------- numerics
        payments.installments,
        payments.amount,
        cast(payments.amount * rates.rate as decimal(16, 2)) as reporting_amount,

        ---------- booleans
        payments.is_refund,

        ---------- timestamps
        orders.ordered_at,
        payments.paid_at,

        ---------- technical
        changed._applied_at
    from changed
    inner join payments
        on changed.source_system = payments.source_system
        and changed.payment_id = payments.payment_id
    left join orders
        on payments.source_system = orders.source_system
        and payments.order_id = orders.order_id
    left join customer_records
        on payments.order_id is null
        and payments.source_system = customer_records.source_system
        and payments.customer_id = customer_records.customer_id
    left join customers
        on customer_records.source_system = customers.source_system
        and customer_records.customer_unique_id = customers.customer_unique_id
        and {{ valid_at('customers', 'payments.paid_at') }}
    left join rates
        on coalesce(payments.currency_code, orders.currency_code) = rates.currency_code
        and {{ valid_at('rates', 'coalesce(payments.paid_at, orders.ordered_at)') }}
)

select * from final
