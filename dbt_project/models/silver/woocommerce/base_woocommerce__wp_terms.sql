{{ apply_changes('woocommerce', 'wp_terms', key=['term_id']) }}
