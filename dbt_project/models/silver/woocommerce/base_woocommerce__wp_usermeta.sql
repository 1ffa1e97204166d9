{{ apply_changes('woocommerce', 'wp_usermeta', key=['umeta_id']) }}
