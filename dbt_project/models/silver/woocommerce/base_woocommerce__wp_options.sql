{{ apply_changes('woocommerce', 'wp_options', key=['option_id']) }}
