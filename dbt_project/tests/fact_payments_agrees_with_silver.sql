-- No payment is lost or counted twice, and each shop's money agrees to the cent.
with fact as (
    select
        source_system,
        count(*) as payment_count,
        sum(amount) as amount,
        sum(case when is_refund then amount else 0 end) as refunds
    from {{ ref('fact_payments') }}
    group by source_system
),

silver as (
    select
        source_system,
        count(*) as payment_count,
        sum(amount) as amount,
        sum(case when is_refund then amount else 0 end) as refunds
    from {{ ref('all_payments') }}
    group by source_system
)

select
    silver.source_system as silver_source_system,
    fact.source_system as gold_source_system
from silver
full outer join fact on silver.source_system = fact.source_system
where silver.source_system is null
    or fact.source_system is null
    or fact.payment_count <> silver.payment_count
    or fact.amount <> silver.amount
    or fact.refunds <> silver.refunds
