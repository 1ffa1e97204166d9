{{ apply_changes('northwind', 'order_details', key=['order_id', 'product_id']) }}
