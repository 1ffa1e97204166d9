{{ change_history('handmade', 'notes', key=['note_id']) }}
