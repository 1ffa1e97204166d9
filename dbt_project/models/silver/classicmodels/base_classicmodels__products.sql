{{ apply_changes('classicmodels', 'products', key=['productCode']) }}
