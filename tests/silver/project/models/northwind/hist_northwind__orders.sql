{{ change_history('northwind', 'orders', key=['order_id']) }}
