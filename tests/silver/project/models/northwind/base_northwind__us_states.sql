{{ apply_changes('northwind', 'us_states', key=['state_id']) }}
