{{ notice_bronze_files() }}
