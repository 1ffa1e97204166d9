{{ change_history('woocommerce', 'wp_users', key=['ID']) }}
