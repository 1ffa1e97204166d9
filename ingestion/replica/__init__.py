"""The local stand-in for DMS: full load and changes, written as DMS writes them."""
