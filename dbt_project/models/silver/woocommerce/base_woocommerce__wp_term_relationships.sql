{{ apply_changes('woocommerce', 'wp_term_relationships', key=['object_id', 'term_taxonomy_id']) }}
