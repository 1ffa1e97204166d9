with posts as (
    select
        *,
        -- a deletion may tell no more than the key
        max(case when post_type in ('product', 'product_variation') then 1 else 0 end) over (
            partition by id
        ) as is_product
    from {{ ref('hist_woocommerce__wp_posts') }}
),

post_states as (
    select
        *,
        _valid_from as valid_from,
        _valid_to as valid_to
    from posts
    where is_product = 1
        -- a state that began and ended at one instant was never seen by anyone
        and (_valid_to is null or _valid_to > _valid_from)
        and coalesce(post_status, '') <> 'auto-draft'
),

-- Deleted ones tell when as well: of a price that was set and deleted within a second nothing else
-- is left, and a build in between has seen it.
meta_states as (
    select
        *,
        _valid_from as valid_from,
        _valid_to as valid_to
    from {{ ref('hist_woocommerce__wp_postmeta') }}
    -- of all posts only products have prices
    where meta_key in ('_regular_price', '_price')
),

live_metas as (
    select * from meta_states
    where not _is_deleted
),

products as (
    select distinct
        id as product_id,
        -- a variation is filed where its product is
        case when post_type = 'product_variation' then post_parent else id end as filed_id
    from {{ ref('hist_woocommerce__wp_posts') }}
    where post_type in ('product', 'product_variation')
),

-- the words of today for every state, also where the word is gone by now
categories as (
    select
        taxonomy.term_taxonomy_id,
        terms.name as category_name,
        greatest(
            taxonomy._applied_at, coalesce(terms._applied_at, taxonomy._applied_at)
        ) as _applied_at
    from {{ ref('base_woocommerce__wp_term_taxonomy') }} as taxonomy
    left join {{ ref('base_woocommerce__wp_terms') }} as terms on taxonomy.term_id = terms.term_id
    where taxonomy.taxonomy = 'product_cat'
),

category_states as (
    select
        products.product_id,
        products.filed_id,
        links.term_taxonomy_id,
        categories.category_name,
        links._valid_from as valid_from,
        links._valid_to as valid_to,
        links._is_deleted as is_deleted,
        greatest(links._applied_at, categories._applied_at) as _applied_at
    from {{ ref('hist_woocommerce__wp_term_relationships') }} as links
    inner join categories on links.term_taxonomy_id = categories.term_taxonomy_id
    inner join products on links.object_id = products.filed_id
),

bounds as (
    select
        id as post_id,
        valid_from,
        valid_to,
        _applied_at
    from post_states

    union all

    select
        post_id,
        valid_from,
        valid_to,
        _applied_at
    from meta_states

    union all

    select
        product_id as post_id,
        valid_from,
        valid_to,
        _applied_at
    from category_states
),

instants as (
    {{ instants_of('bounds', 'post_id') | indent(4) }}
),

prices as (
    {{ pivot_meta_at('instants', 'live_metas', entity='post_id', meta_id='meta_id', columns={
        'regular_price': ['_regular_price', 'decimal(12,2)'],
        'price': ['_price', 'decimal(12,2)'],
    }) | indent(4) }}
),

product_instants as (
    select
        instants.post_id as product_id,
        instants.valid_from,
        posts.post_title,
        case when posts.post_type = 'product_variation' then posts.post_parent end as parent_id,
        posts._is_deleted as is_deleted,
        instants._applied_at
    from instants
    inner join post_states as posts
        on instants.post_id = posts.id
        and {{ valid_at('posts', 'instants.valid_from') }}
),

-- of several categories the one that the shop made first
ranked_categories as (
    select
        products.product_id,
        products.valid_from,
        categories.category_name,
        row_number() over (
            partition by products.product_id, products.valid_from
            order by categories.term_taxonomy_id
        ) as first_made
    from product_instants as products
    inner join category_states as categories
        on products.product_id = categories.product_id
        and coalesce(products.parent_id, products.product_id) = categories.filed_id
        and {{ valid_at('categories', 'products.valid_from') }}
    where not categories.is_deleted
),

final as (
    select
        ---------- ids
        cast('woocommerce' as varchar) as source_system,
        cast(products.product_id as varchar) as product_id,
        cast(nullif(products.parent_id, 0) as varchar) as parent_product_id,

        ---------- strings
        nullif(trim(products.post_title), '') as product_name,
        categories.category_name,

        ---------- numerics
        coalesce(prices.regular_price, prices.price) as list_price,
        cast(null as integer) as name_length,
        cast(null as integer) as description_length,
        cast(null as integer) as photo_count,
        cast(null as integer) as weight_g,
        cast(null as integer) as length_cm,
        cast(null as integer) as height_cm,
        cast(null as integer) as width_cm,

        ---------- booleans
        products.is_deleted,

        ---------- timestamps
        products.valid_from,
        lead(products.valid_from) over (
            partition by products.product_id order by products.valid_from
        ) as valid_to,
        products._applied_at
    from product_instants as products
    left join prices
        on products.product_id = prices.post_id
        and products.valid_from = prices.valid_from
    left join ranked_categories as categories
        on products.product_id = categories.product_id
        and products.valid_from = categories.valid_from
        and categories.first_made = 1
)

select * from final
