{{ change_history('histories', 'lines', key=['order_no', 'line_no']) }}
