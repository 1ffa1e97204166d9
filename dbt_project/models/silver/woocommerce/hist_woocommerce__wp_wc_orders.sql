{{ change_history('woocommerce', 'wp_wc_orders', key=['id']) }}
