{{ union_shops('payments', columns=[
    'source_system',
    'payment_id',
    'order_id',
    'customer_id',
    'payment_number',
    'payment_type',
    'installments',
    'amount',
    'currency_code',
    'is_refund',
    'paid_at',
]) }}
