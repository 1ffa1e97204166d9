"""AWS DMS: what its tasks are configured with. The same JSON drives the local replica."""
