{{ apply_changes('shop', 'customers', key=['id']) }}
