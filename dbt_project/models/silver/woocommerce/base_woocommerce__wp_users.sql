{{ apply_changes('woocommerce', 'wp_users', key=['ID']) }}
