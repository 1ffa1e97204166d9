{{ apply_changes('olist', 'geolocation', key=['geolocation_id']) }}
