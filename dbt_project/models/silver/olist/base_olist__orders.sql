{{ apply_changes('olist', 'orders', key=['order_id']) }}
