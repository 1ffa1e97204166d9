"""Random histories: silver equals the source, whatever happened."""
