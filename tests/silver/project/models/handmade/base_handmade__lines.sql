{{ apply_changes('handmade', 'lines', key=['order_id', 'product_id']) }}
