{{ apply_changes('olist', 'products', key=['product_id']) }}
