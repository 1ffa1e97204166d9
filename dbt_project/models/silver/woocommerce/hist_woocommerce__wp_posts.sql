{{ change_history('woocommerce', 'wp_posts', key=['ID']) }}
