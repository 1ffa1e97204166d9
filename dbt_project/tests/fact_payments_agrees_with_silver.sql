-- No payment is lost or counted twice, and the money agrees to the cent.
with fact as (
    select
        count(*) as payment_count,
        coalesce(sum(amount), 0) as amount
    from {{ ref('fact_payments') }}
),

silver as (
    select
        count(*) as payment_count,
        coalesce(sum(amount), 0) as amount
    from {{ ref('stg_olist__order_payments') }}
)

select
    fact.*,
    silver.*
from fact
cross join silver
where fact.payment_count <> silver.payment_count
    or fact.amount <> silver.amount
