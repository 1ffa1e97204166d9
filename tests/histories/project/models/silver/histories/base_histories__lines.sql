{{ apply_changes('histories', 'lines', key=['order_no', 'line_no']) }}
