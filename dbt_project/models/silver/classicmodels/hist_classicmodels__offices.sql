{{ change_history('classicmodels', 'offices', key=['officeCode']) }}
