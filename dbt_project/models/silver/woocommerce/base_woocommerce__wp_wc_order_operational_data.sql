{{ apply_changes('woocommerce', 'wp_wc_order_operational_data', key=['id']) }}
