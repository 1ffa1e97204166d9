"""Bronze: where DMS's files lie, how they are named and written."""
