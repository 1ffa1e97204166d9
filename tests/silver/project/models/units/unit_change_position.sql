select
    id,
    {{ change_position('change_seq', 'committed_at', 'file_name', 'is_full_load', var('load_time', 'task_start')) }} as position
from {{ ref('unit_positions_in') }}
