{{ apply_changes('olist', 'product_category_name_translation', key=['product_category_name']) }}
