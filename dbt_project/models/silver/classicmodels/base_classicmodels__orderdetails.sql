{{ apply_changes('classicmodels', 'orderdetails', key=['orderNumber', 'productCode']) }}
