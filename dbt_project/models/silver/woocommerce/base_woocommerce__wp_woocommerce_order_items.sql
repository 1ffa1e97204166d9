{{ apply_changes('woocommerce', 'wp_woocommerce_order_items', key=['order_item_id']) }}
