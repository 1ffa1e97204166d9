"""Reading MySQL and MariaDB: connections, the live schema, the binary log, and how each type becomes
what DMS writes."""
