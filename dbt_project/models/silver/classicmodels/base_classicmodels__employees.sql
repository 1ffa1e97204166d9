{{ apply_changes('classicmodels', 'employees', key=['employeeNumber']) }}
