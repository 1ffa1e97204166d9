{{ change_history('woocommerce', 'wp_wc_order_addresses', key=['id']) }}
