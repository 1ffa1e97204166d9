{{ apply_changes('woocommerce', 'wp_wc_orders', key=['id']) }}
