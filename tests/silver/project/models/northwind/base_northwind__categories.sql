{{ apply_changes('northwind', 'categories', key=['category_id']) }}
