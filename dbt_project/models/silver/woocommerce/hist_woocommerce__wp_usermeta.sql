{{ change_history('woocommerce', 'wp_usermeta', key=['umeta_id']) }}
