{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key=['source_system', 'order_id'],
        on_schema_change='fail',
        meta={'changes': 'order_changes'},
    )
}}

with changed as (
    select
        source_system,
        order_id,
        max(changed_at) as _applied_at
    from {{ ref('order_changes') }}
    where {{ newer_than_target('changed_at') }}
    group by source_system, order_id
),

payments as (
    select * from {{ ref('stg_olist__order_payments') }}
),

orders as (
    select * from {{ ref('order_keys') }}
),

final as (
    select
        ---------- ids
        {{ surrogate_key([
            'payments.source_system', 'payments.order_id', 'payments.payment_number'
        ]) }} as payment_key,
        payments.source_system,
        payments.order_id,
        payments.payment_number,

        ---------- keys
        coalesce(orders.customer_key, {{ unknown_key() }}) as customer_key,
        coalesce(orders.delivery_location_key, {{ unknown_key() }}) as delivery_location_key,
        coalesce(orders.order_status_key, {{ unknown_key() }}) as order_status_key,
        coalesce(orders.order_date_key, -1) as order_date_key,

        ---------- strings
        payments.payment_type,
        cast('BRL' as varchar) as currency_code,

        ---------- numerics
        payments.installments,
        cast(payments.amount as decimal(12, 2)) as amount,

        ---------- timestamps
        orders.ordered_at,

        ---------- technical
        changed._applied_at
    from changed
    inner join payments
        on changed.source_system = payments.source_system
        and changed.order_id = payments.order_id
    left join orders
        on payments.source_system = orders.source_system
        and payments.order_id = orders.order_id
)

select * from final
