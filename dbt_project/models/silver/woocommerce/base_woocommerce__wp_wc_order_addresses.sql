{{ apply_changes('woocommerce', 'wp_wc_order_addresses', key=['id']) }}
