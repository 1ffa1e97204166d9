{{ apply_changes('olist', 'customers', key=['customer_id']) }}
