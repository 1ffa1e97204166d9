{% set columns = [
    {'name': 'id', 'data_type': 'integer'},
    {'name': 'line', 'data_type': 'integer'},
    {'name': 'v', 'data_type': 'varchar'},
] %}
{{ change_events(ref('unit_changes'), columns, ['id', 'line']) }}
