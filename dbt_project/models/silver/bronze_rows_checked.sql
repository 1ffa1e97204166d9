{{ check_bronze_rows() }}
