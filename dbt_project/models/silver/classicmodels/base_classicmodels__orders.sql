{{ apply_changes('classicmodels', 'orders', key=['orderNumber']) }}
