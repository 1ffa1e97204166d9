{{ apply_changes('histories', 'events') }}
