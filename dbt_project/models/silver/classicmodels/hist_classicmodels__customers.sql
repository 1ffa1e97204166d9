{{ change_history('classicmodels', 'customers', key=['customerNumber']) }}
