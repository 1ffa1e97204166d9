{{ apply_changes('woocommerce', 'wp_woocommerce_order_itemmeta', key=['meta_id']) }}
