{{ apply_changes('northwind', 'customers', key=['customer_id']) }}
