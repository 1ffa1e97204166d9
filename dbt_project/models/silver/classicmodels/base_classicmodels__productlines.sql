{{ apply_changes('classicmodels', 'productlines', key=['productLine']) }}
