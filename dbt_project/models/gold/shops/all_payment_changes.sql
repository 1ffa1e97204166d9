{{ union_shops('payment_changes', columns=[
    'source_system',
    'payment_id',
    'changed_at',
]) }}
