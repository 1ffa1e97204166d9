{{ change_history('olist', 'products', key=['product_id']) }}
