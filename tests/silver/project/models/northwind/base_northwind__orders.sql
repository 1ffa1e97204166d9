{{ apply_changes('northwind', 'orders', key=['order_id']) }}
