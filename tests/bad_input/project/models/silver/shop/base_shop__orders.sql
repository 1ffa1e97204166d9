{{ apply_changes('shop', 'orders', key=['id']) }}
