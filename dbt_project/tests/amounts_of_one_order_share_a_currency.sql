-- What is ordered, owed and paid of one order is in one currency: sums over an order mix nothing.
with currencies as (
    select
        source_system,
        order_id,
        currency_code
    from {{ ref('fact_orders') }}

    union

    select
        source_system,
        order_id,
        currency_code
    from {{ ref('fact_order_fulfillment') }}

    union

    select
        source_system,
        order_id,
        currency_code
    from {{ ref('fact_payments') }}
    where order_id is not null
)

select
    source_system,
    order_id
from currencies
group by source_system, order_id
having count(distinct currency_code) > 1
