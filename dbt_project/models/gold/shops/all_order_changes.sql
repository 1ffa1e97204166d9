{{ union_shops('order_changes', columns=[
    'source_system',
    'order_id',
    'reason',
    'changed_at',
]) }}
