{{ apply_changes('classicmodels', 'offices', key=['officeCode']) }}
