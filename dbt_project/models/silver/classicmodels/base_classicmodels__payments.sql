{{ apply_changes('classicmodels', 'payments', key=['customerNumber', 'checkNumber']) }}
