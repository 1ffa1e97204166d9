{{ apply_changes('olist', 'order_reviews', key=['review_id', 'order_id']) }}
