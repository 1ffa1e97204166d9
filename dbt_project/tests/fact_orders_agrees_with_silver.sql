-- No line is lost or counted twice, whatever it lacks, and the money agrees to the cent.
with fact as (
    select
        count(*) as line_count,
        coalesce(sum(line_amount), 0) as line_amount,
        coalesce(sum(freight_amount), 0) as freight_amount
    from {{ ref('fact_orders') }}
),

silver as (
    select
        count(*) as line_count,
        coalesce(sum(unit_price), 0) as line_amount,
        coalesce(sum(freight_amount), 0) as freight_amount
    from {{ ref('stg_olist__order_items') }}
)

select
    fact.*,
    silver.*
from fact
cross join silver
where fact.line_count <> silver.line_count
    or fact.line_amount <> silver.line_amount
    or fact.freight_amount <> silver.freight_amount
