{{ change_history('woocommerce', 'wp_postmeta', key=['meta_id']) }}
