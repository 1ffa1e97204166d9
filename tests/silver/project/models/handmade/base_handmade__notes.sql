{{ apply_changes('handmade', 'notes', key=['note_id']) }}
