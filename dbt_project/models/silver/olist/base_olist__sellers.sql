{{ apply_changes('olist', 'sellers', key=['seller_id']) }}
