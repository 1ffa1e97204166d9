{{ apply_changes('northwind', 'employees', key=['employee_id']) }}
