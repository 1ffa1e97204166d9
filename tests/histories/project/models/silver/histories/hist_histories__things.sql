{{ change_history('histories', 'things', key=['id']) }}
