{{ change_history('handmade', 'lines', key=['order_id', 'product_id']) }}
