{{ change_history('classicmodels', 'employees', key=['employeeNumber']) }}
