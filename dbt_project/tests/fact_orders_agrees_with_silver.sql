-- No line is lost or counted twice, whatever it lacks, and each shop's money agrees to the cent.
with fact as (
    select
        source_system,
        count(*) as line_count,
        sum(quantity) as quantity,
        sum(line_amount) as line_amount,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount,
        coalesce(sum(freight_amount), 0) as freight_amount
    from {{ ref('fact_orders') }}
    group by source_system
),

silver as (
    select
        source_system,
        count(*) as line_count,
        sum(quantity) as quantity,
        sum(line_amount) as line_amount,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount,
        coalesce(sum(freight_amount), 0) as freight_amount
    from {{ ref('all_order_lines') }}
    group by source_system
)

select
    silver.source_system as silver_source_system,
    fact.source_system as gold_source_system
from silver
full outer join fact on silver.source_system = fact.source_system
where silver.source_system is null
    or fact.source_system is null
    or fact.line_count <> silver.line_count
    or fact.quantity <> silver.quantity
    or fact.line_amount <> silver.line_amount
    or fact.discount_amount <> silver.discount_amount
    or fact.tax_amount <> silver.tax_amount
    or fact.freight_amount <> silver.freight_amount
