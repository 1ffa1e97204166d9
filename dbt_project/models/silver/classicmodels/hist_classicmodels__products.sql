{{ change_history('classicmodels', 'products', key=['productCode']) }}
