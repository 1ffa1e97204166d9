{{ apply_changes('woocommerce', 'wp_term_taxonomy', key=['term_taxonomy_id']) }}
