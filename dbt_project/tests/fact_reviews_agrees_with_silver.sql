-- No review is lost or counted twice.
with fact as (
    select
        count(*) as review_count,
        coalesce(sum(review_score), 0) as score_sum
    from {{ ref('fact_reviews') }}
),

silver as (
    select
        count(*) as review_count,
        coalesce(sum(review_score), 0) as score_sum
    from {{ ref('stg_olist__order_reviews') }}
)

select
    fact.*,
    silver.*
from fact
cross join silver
where fact.review_count <> silver.review_count
    or fact.score_sum <> silver.score_sum
