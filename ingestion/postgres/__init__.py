"""Reading PostgreSQL: connections, the live schema, and how each type becomes what DMS writes."""
