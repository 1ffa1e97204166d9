{{ apply_changes('olist', 'order_payments', key=['order_id', 'payment_sequential']) }}
