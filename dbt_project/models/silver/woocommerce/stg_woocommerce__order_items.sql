with items as (
    select * from {{ ref('base_woocommerce__wp_woocommerce_order_items') }}
    where not _is_deleted
),

metas as (
    select * from {{ ref('base_woocommerce__wp_woocommerce_order_itemmeta') }}
    where not _is_deleted
),

item_values as (
    {{ pivot_meta('metas', by=['order_item_id'], meta_id='meta_id', columns={
        'product_id': ['_product_id', 'bigint'],
        'variation_id': ['_variation_id', 'bigint'],
        'quantity': ['_qty', 'decimal(18,4)'],
        'line_subtotal': ['_line_subtotal', 'decimal(26,8)'],
        'line_total': ['_line_total', 'decimal(26,8)'],
        'line_tax': ['_line_tax', 'decimal(26,8)'],
    }) | indent(4) }}
),

final as (
    select
        ---------- ids
        cast('woocommerce' as varchar) as source_system,
        cast(items.order_id as varchar) as order_id,
        cast(items.order_item_id as bigint) as order_item_id,
        -- 0 is none; of a product with variations the variation is what was sold
        cast(
            coalesce(nullif(item_values.variation_id, 0), nullif(item_values.product_id, 0))
            as varchar
        ) as product_id,

        ---------- strings
        items.order_item_type as item_type,
        items.order_item_name as item_name,

        ---------- numerics
        -- what is missing is 1 and 0 to WooCommerce too
        cast(coalesce(item_values.quantity, 1) as decimal(18, 4)) as quantity,
        cast(coalesce(item_values.line_subtotal, item_values.line_total, 0) as decimal(26, 8))
            as line_subtotal,
        cast(coalesce(item_values.line_total, item_values.line_subtotal, 0) as decimal(26, 8))
            as line_total,
        cast(coalesce(item_values.line_tax, 0) as decimal(26, 8)) as line_tax,

        ---------- timestamps
        greatest(
            items._applied_at, coalesce(item_values._applied_at, items._applied_at)
        ) as _applied_at
    from items
    left join item_values on items.order_item_id = item_values.order_item_id
)

select * from final
