{{ change_history('olist', 'customers', key=['customer_id']) }}
