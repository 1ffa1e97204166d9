{{ apply_changes('histories', 'things', key=['id']) }}
