-- Whoever is live in silver has a current version, and nobody else has.
with silver as (
    select
        'customer' as member,
        source_system,
        customer_unique_id as natural_key
    from {{ ref('all_customer_states') }}
    where customer_unique_id is not null
        and not is_deleted
        and valid_to is null

    union

    select
        'product' as member,
        source_system,
        product_id as natural_key
    from {{ ref('all_product_states') }}
    where not is_deleted
        and valid_to is null

    union

    select
        'seller' as member,
        source_system,
        seller_id as natural_key
    from {{ ref('stg_olist__sellers') }}
),

gold as (
    select
        'customer' as member,
        source_system,
        customer_unique_id as natural_key
    from {{ ref('dim_customers') }}
    where is_current
        and customer_key <> {{ unknown_key() }}

    union all

    select
        'product' as member,
        source_system,
        product_id as natural_key
    from {{ ref('dim_products') }}
    where is_current
        and product_key <> {{ unknown_key() }}

    union all

    select
        'seller' as member,
        source_system,
        seller_id as natural_key
    from {{ ref('dim_sellers') }}
    where is_current
        and seller_key <> {{ unknown_key() }}
)

select
    silver.member as silver_member,
    silver.natural_key as silver_key,
    gold.member as gold_member,
    gold.natural_key as gold_key
from silver
full outer join gold
    on silver.member = gold.member
    and silver.source_system = gold.source_system
    and silver.natural_key = gold.natural_key
where silver.natural_key is null
    or gold.natural_key is null
