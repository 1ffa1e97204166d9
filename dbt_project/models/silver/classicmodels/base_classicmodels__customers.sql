{{ apply_changes('classicmodels', 'customers', key=['customerNumber']) }}
