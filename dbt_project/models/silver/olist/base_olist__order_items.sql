{{ apply_changes('olist', 'order_items', key=['order_id', 'order_item_id']) }}
