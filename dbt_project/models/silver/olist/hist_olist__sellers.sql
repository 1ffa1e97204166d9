{{ change_history('olist', 'sellers', key=['seller_id']) }}
