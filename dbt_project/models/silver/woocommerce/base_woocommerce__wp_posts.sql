{{ apply_changes('woocommerce', 'wp_posts', key=['ID']) }}
