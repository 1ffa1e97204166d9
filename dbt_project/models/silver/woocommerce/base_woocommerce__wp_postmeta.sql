{{ apply_changes('woocommerce', 'wp_postmeta', key=['meta_id']) }}
